#include "exporting/forms/statistics_columns.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "exporting/table/table_words.hpp"

namespace mpilogit::exporting {

namespace {

enum class Meaning { estimate, statistic, letter, other };

// Of summary(glm) in R, broom, parameters, statsmodels, Stata, SAS and SPSS, as `bare_name` has
// them.
constexpr std::array<std::string_view, 7> kEstimates = {
    "estimate", "est", "coef", "coefs", "coefficient", "coefficients", "beta"};
constexpr std::array<std::string_view, 44> kStatistics = {
    "stderror",    "stderr",       "standarderror", "sterr",     "se",        "secoef",
    "robustse",    "robuststderr", "bse",           "zvalue",    "tvalue",    "zscore",
    "statistic",   "wald",         "waldchisquare", "chisq",     "chisquare", "df",
    "sig",         "prz",          "prt",           "prchisq",   "pz",        "pt",
    "pvalue",      "pvalues",      "pval",          "padj",      "log10p",    "conflow",
    "confhigh",    "cilow",        "cihigh",        "cilower",   "ciupper",   "0025",
    "0975",        "25",           "975",           "oddsratio", "expb",      "expcoef",
    "expestimate", "tstat"};
// Letters that a class may be called, too: they prove nothing alone.
constexpr std::array<std::string_view, 7> kLetters = {"z", "t", "p", "b", "lower", "upper", "or"};

// "Std. Error", "std.error" and "Std.Err." without case, blanks and punctuation.
std::string bare_name(const std::string& name) {
  std::string bare;
  for (const char c : name) {
    const bool digit = c >= '0' && c <= '9';
    if (c >= 'A' && c <= 'Z') bare += static_cast<char>(c - 'A' + 'a');
    if (digit || (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80) bare += c;
  }
  return bare;
}

template <std::size_t Count>
bool is_among(const std::array<std::string_view, Count>& words, const std::string& name) {
  return std::find(words.begin(), words.end(), name) != words.end();
}

// "2.5 %" and "[0.025" are limits; a class may be called 25.
bool is_bare_number(const std::string& name) {
  return !name.empty() && name.find_first_not_of("0123456789") == std::string::npos;
}

Meaning meaning_of(const std::string& name) {
  const std::string bare = bare_name(name);
  if (is_bare_number(name)) return Meaning::other;
  if (is_among(kEstimates, bare)) return Meaning::estimate;
  if (is_among(kStatistics, bare)) return Meaning::statistic;
  return is_among(kLetters, bare) ? Meaning::letter : Meaning::other;
}

}  // namespace

bool is_estimate(const std::string& name) {
  return meaning_of(name) == Meaning::estimate;
}

bool is_statistic(const std::string& name) {
  return meaning_of(name) == Meaning::statistic;
}

bool is_intercept(const std::string& name, bool first) {
  std::string lower = name;
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lower == kIntercept || lower == "intercept" || lower == "const" || lower == "_cons" ||
         (first && lower.empty());
}

std::optional<std::size_t> estimate_column(const std::vector<std::string>& names) {
  std::optional<std::size_t> estimate;
  for (std::size_t k = 0; k < names.size(); ++k) {
    const Meaning meaning = meaning_of(names[k]);
    if (meaning == Meaning::other || (meaning == Meaning::estimate && estimate)) {
      return std::nullopt;
    }
    if (meaning == Meaning::estimate) estimate = k;
  }
  return names.size() > 1 ? estimate : std::nullopt;
}

}  // namespace mpilogit::exporting
