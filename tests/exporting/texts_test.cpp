#include "exporting/forms/texts.hpp"

#include <array>

#include <catch2/catch.hpp>

#include "core/error.hpp"

namespace exporting = mpilogit::exporting;

TEST_CASE("numbers are the shortest that read back, and never integers") {
  CHECK(exporting::number_text(1.0) == "1.0");
  CHECK(exporting::number_text(-0.0) == "-0.0");
  CHECK(exporting::number_text(0.1) == "0.1");
  CHECK(exporting::number_text(1e300) == "1e+300");
  CHECK(exporting::number_text(4.9406564584124654e-324) == "5e-324");
}

TEST_CASE("texts of C hold nothing that ends them early") {
  CHECK(exporting::c_text("a\"b\\") == R"("a\042b\134")");
  CHECK(exporting::c_text("?"
                          "?/") == R"("\077\077/")");
  CHECK(exporting::c_text("\xC3\xA9"
                          "1") == R"("\303\2511")");
}

TEST_CASE("texts of XML keep their spaces and have no forbidden characters") {
  CHECK(exporting::xml_text("<&>\"\n") == "&lt;&amp;&gt;&quot;&#10;");
  CHECK(exporting::xml_text("a\x01") == "a\xEF\xBF\xBD");
  CHECK(exporting::xml_text("a\xFF") == "a\xEF\xBF\xBD");
  CHECK(exporting::xml_text("\xEF\xBF\xBE") == "\xEF\xBF\xBD");
  CHECK(exporting::in_xml("<\x02\t\xFF") == "<\xEF\xBF\xBD\t\xEF\xBF\xBD");
}

TEST_CASE("identifiers and names that differ") {
  CHECK(exporting::identifier("2nd-try") == "_2nd_try");
  CHECK(exporting::identifier("") == "_");
  exporting::UniqueNames names;
  CHECK(names.claim("a") == "a");
  CHECK(names.claim("a_2") == "a_2");
  CHECK(names.claim("a") == "a_3");
  CHECK(names.claim("") == "unnamed");
}

TEST_CASE("as many may want the same name as there are") {
  exporting::UniqueNames names;
  names.claim("x_3");
  std::string last;
  for (int i = 0; i < 100'000; ++i) last = names.claim("x");
  CHECK(last == "x_100001");
}

TEST_CASE("what fills a place is not filled again") {
  const std::array<std::pair<std::string, std::string>, 2> values = {{{"a", "@b@"}, {"b", "c"}}};
  CHECK(exporting::filled("x @a@ @b@", values) == "x @b@ c");
  CHECK_THROWS_AS(exporting::filled("@c@", values), mpilogit::core::Error);
}
