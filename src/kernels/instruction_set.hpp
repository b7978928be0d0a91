#pragma once
// Which of the processor's vector instructions the kernels use.

#include <string>
#include <string_view>
#include <vector>

namespace mpilogit::kernels {

/// Names of the instruction sets that both this program and this CPU have, the widest first:
/// "avx512", "avx2", "sse4", "neon", … and last "plain", which every CPU has. Every loop is
/// compiled for all of them, and the widest is taken at run time.
std::vector<std::string> instruction_sets();

/// The one in use.
std::string instruction_set();

/// Whether it rounds a product and a sum once (fused multiply-add). All that do give the same bits,
/// for the order of every sum is fixed (docs/decisions/0001); the others may differ.
bool fuses_products();

/// Takes the one with this name, and for "auto" the widest, from now on in the whole process; call
/// it while no kernel runs. Throws bad input if `name` is not among `instruction_sets()`.
void use_instruction_set(std::string_view name);

}  // namespace mpilogit::kernels
