// What comes from files cannot become markup.

#include "page/sections/html.hpp"

#include "core/error.hpp"
#include "support/catch.hpp"

using mpilogit::page::fill;
using mpilogit::page::Html;

TEST_CASE("markup in text is escaped") {
  CHECK(Html::text("<script>alert('1')</script> & \"x\"").str() ==
        "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &amp; &quot;x&quot;");
}

TEST_CASE("text that is not UTF-8, and control characters, are replaced") {
  CHECK(Html::text("Gr\u00F6\u00DFe \U0001F600").str() == "Gr\u00F6\u00DFe \U0001F600");
  CHECK(Html::text("a\xFF"
                   "b")
            .str() ==
        "a\uFFFD"
        "b");
  CHECK(Html::text("\xC0\xBC").str() == "\uFFFD\uFFFD");            // an overlong "<"
  CHECK(Html::text("\xED\xA0\x80").str() == "\uFFFD\uFFFD\uFFFD");  // a surrogate
  CHECK(Html::text("\xE2\x82").str() == "\uFFFD\uFFFD");            // cut off
  CHECK(Html::text(std::string_view("a\0b\x1b", 4)).str() == "a\uFFFDb\uFFFD");
  CHECK(Html::text("\xC2\x85").str() == "\uFFFD");  // a C1 control
  CHECK(Html::text("a\nb\tc").str() == "a b c");
}

TEST_CASE("long names are cut by code points") {
  CHECK(Html::text("\u00E4\u00F6\u00FC", 3).str() == "\u00E4\u00F6\u00FC");
  CHECK(Html::text("\u00E4\u00F6\u00FC", 2).str() == "\u00E4\u00F6\u2026");
  CHECK(Html::name(std::string(1000, '<')).str().size() == 80 * 4 + 3);
}

TEST_CASE("parts fill their places, once") {
  CHECK(fill("a {{x}} b {{y}} {{x}}", {{"x", Html::text("1")}, {"y", Html::text("<")}}).str() ==
        "a 1 b &lt; 1");
  // What looks like a place in a part is none.
  CHECK(fill("{{x}}", {{"x", Html::text("{{y}}")}}).str() == "{{y}}");
  CHECK_THROWS_AS(fill("{{x}}", {}), mpilogit::core::Error);
  CHECK_THROWS_AS(fill("x", {{"x", Html()}}), mpilogit::core::Error);
}
