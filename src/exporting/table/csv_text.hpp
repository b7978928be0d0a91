#pragma once
// The fields of a small CSV file (RFC 4180).

#include <string>
#include <vector>

namespace mpilogit::exporting {

using CsvRecord = std::vector<std::string>;

/// Records of fields. Quotes, doubled within quotes; lines end with LF or CRLF; empty lines and a
/// mark of UTF-8 in front are nothing. Throws std::invalid_argument that names the record.
std::vector<CsvRecord> csv_records(const std::string& text);

}  // namespace mpilogit::exporting
