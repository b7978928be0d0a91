"""Tables of coefficients for `import coefficients`: of scikit-learn, of glmnet and of our own exports, damaged."""

import json

from corpus import FEATURES

GLMNET = '"","s0","s1","s2"\n"(Intercept)",0.5,0.25,-1\n"V1",0,0.5,1e-05\n"V2",0,NA,-2\n'
MULTINOMIAL = '"","a","b","c"\n"",1,2,3\n"V1",4,5,6\n"V2",7,8,9\n'
SKLEARN = {"coef_": [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], "intercept_": [0.5, 0.25, -1.0], "classes_": [0, 1, 2]}


class Tables:
    def __init__(self, corpus):
        self.corpus = corpus

    def bad(self, name, says, contents, *options):
        file = f"coefficients_{name}"
        self.corpus.path(file).write_bytes(contents.encode() if isinstance(contents, str) else contents)
        self.corpus.add(file.replace(".", "_"), ["import", "coefficients", "@" + file, "--output", "model.h5", *options],
                        says, file)


def of_glmnet(tables):
    def bad(name, says, contents, *options):
        tables.bad(f"glmnet_{name}.csv", says, contents, *options)

    bad("no_step", ["--step"], GLMNET)
    bad("step_3", ["0 to 2"], GLMNET, "--step", "3")
    bad("penalties_by_value", ["--step"], GLMNET.replace("s0", "s=1").replace("s1", "s=0.1").replace("s2", "s=0.01"))
    bad("text", ["record 3", "'many'"], GLMNET.replace("1e-05", "many"), "--step", "2")
    bad("infinite", ["record 3", "'Inf'"], GLMNET.replace("1e-05", "Inf"), "--step", "2")
    bad("too_large", ["record 3", "'1e999'"], GLMNET.replace("1e-05", "1e999"), "--step", "2")
    bad("hexadecimal", ["record 3", "'0x1p3'"], GLMNET.replace("1e-05", "0x1p3"), "--step", "2")
    bad("empty_field", ["record 3", "''"], GLMNET.replace("1e-05", ""), "--step", "2")
    bad("cut", ["record 4", "fields"], GLMNET[:-4], "--step", "0")
    bad("open_quote", ["record 4", "not closed"], GLMNET.replace('"V2"', '"V2'), "--step", "0")
    bad("long_row", ["record 4", "5 fields"], GLMNET.replace("-2\n", "-2,1\n"), "--step", "0")
    bad("semicolons", ["commas"], "feature;coefficient\nV1;0,5\nV2;1,5\n")
    bad("tabs", ["commas"], GLMNET.replace(",", "\t").replace('"', ""))
    bad("intercept_only", ["no features"], '"","s0"\n"(Intercept)",0.5\n')
    bad("header_only", ["no rows"], '"","s0","s1"\n')
    bad("multinomial_twice", ["twice"], MULTINOMIAL.replace('"c"', '"b"'))
    bad("multinomial_step_0_of_one", ["--step"], "feature,coefficient\nV1,1\n", "--step", "0")
    bad("multinomial_named", ["--classes"], MULTINOMIAL, "--classes", "a,b")
    bad("difference_overflows", ["not finite"], "feature,a,b\nV1,1.7e308,-1.7e308\n")
    bad("utf_16", ["UTF-16"], GLMNET.encode("utf-16"))
    bad("nul_bytes", [], bytes(3000))
    bad("endless_field", ["one column"], "x" * 1_000_000 + "\ny\n")


def of_scikit_learn(tables):
    def bad(name, says, **changes):
        fit = {key: value for key, value in (SKLEARN | changes).items() if value is not ...}
        tables.bad(f"sklearn_{name}.json", says, json.dumps(fit))

    bad("no_classes", ["classes_"], classes_=...)
    bad("no_coefficients", ["'coef_'"], coef_=...)
    bad("coefficients_null", ["array"], coef_=None)
    bad("coefficients_text", ["number"], coef_=[["1.0"], ["2.0"], ["3.0"]])
    bad("coefficients_ragged", ["different features"], coef_=[[1.0, 2.0], [3.0], [5.0, 6.0]])
    bad("coefficients_deep", ["number"], coef_=[[[1.0]], [[2.0]], [[3.0]]])
    bad("coefficients_nan", ["parse error"], coef_=[[float("nan")], [1.0], [2.0]])
    bad("fewer_rows", ["3 classes and the coefficients of 2"], coef_=[[1.0, 2.0], [3.0, 4.0]], intercept_=[0.0, 1.0])
    bad("one_intercept", ["intercepts"], intercept_=[0.5])
    bad("intercept_text", ["number"], intercept_=["a", "b", "c"])
    bad("classes_twice", ["twice"], classes_=[0, 1, 1])
    bad("classes_mixed", ["several kinds"], classes_=[0, "1", 2])
    bad("classes_nested", [], classes_=[[0], [1], [2]])
    bad("class_half", ["no whole number"], classes_=[0.5, 1.5, 2.5])
    bad("class_far", ["too large"], classes_=[0, 1, 2**63])
    bad("names_few", ["1 names for 2 features"], feature_names_in_=["a"])
    bad("names_numbers", ["string"], feature_names_in_=[1, 2])
    bad("multi_class_number", ["string"], multi_class=1)
    tables.bad("blank_field.csv", ["where a number belongs"], 'feature,coefficient\n(Intercept),1\na,"   "\n')
    tables.bad("sklearn_cut.json", ["parse error"], json.dumps(SKLEARN)[:-20])
    tables.bad("sklearn_more.json", ["parse error"], json.dumps(SKLEARN) + "{}")
    tables.bad("sklearn_deep.json", ["nested too deeply"], '{"coef_": ' + "[" * 100_000)
    tables.bad("sklearn_not_utf8.json", ["UTF-8"], b'{"coef_": [[1]], "classes_": ["a", "\xff"]}')
    tables.bad("json_list.json", [], json.dumps([SKLEARN]))


def of_export(tables):
    corpus = tables.corpus
    corpus.good("exported.json", "export", "@table_model.h5", "--format", "json", "--output", "@exported.json")
    good = json.loads(corpus.path("exported.json").read_text())

    def bad(name, says, **changes):
        tables.bad(f"export_{name}.json", says, json.dumps(good | changes))

    bad("changed", ["coefficients_sha256"], coefficients=[[value + 1.0 for value in good["coefficients"][0]]])
    bad("other_format", ["another format"], format="mpilogit path")
    bad("newer", ["another format"], format_version=2)
    bad("objective", ["objective", "probit"], objective="probit")
    bad("objective_of_more", ["objective", "softmax"], objective="softmax")
    bad("expansion", ["expansion"], expansion={"degree": 2, "interactions_only": False, "data_features": FEATURES,
                                               "data_feature_names": None})
    bad("penalty", ["negative"], penalty=good["penalty"] | {"l2": -1.0})
    bad("schema", ["schema", "'version'"], schema={})
    fewer = good["schema"] | {"columns": good["schema"]["columns"][:1]}
    bad("schema_of_fewer", ["schema"], schema=fewer)
    for key in ["classes", "coefficients", "intercept", "objective", "penalty", "schema", "expansion"]:
        tables.bad(f"export_no_{key}.json", [key],
                   json.dumps({name: value for name, value in good.items() if name != key}))
    corpus.good("exported.csv", "export", "@table_model.h5", "--format", "csv", "--output", "@exported.csv")
    lines = corpus.path("exported.csv").read_text().splitlines(keepends=True)
    tables.bad("export_no_coefficient.csv", ["'coefficient'"], "".join(lines).replace("coefficient", "value", 1))
    tables.bad("export_one_class.csv", ["names one class", "--classes"],
               "".join(lines).replace(',"no",', ',"",'))
    tables.bad("export_two_references.csv", ["record 3", "another reference"],
               "".join([*lines[:2], lines[2].replace(',"no",', ',"maybe",'), *lines[3:]]))
    tables.bad("export_classes_differ.csv", ["different features"], "".join([*lines, lines[1].replace('"yes"', '"so"')]))


def coefficient_cases(corpus):
    tables = Tables(corpus)
    for add in [of_glmnet, of_scikit_learn, of_export]:
        add(tables)
