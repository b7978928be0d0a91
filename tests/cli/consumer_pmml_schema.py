"""Validates files of PMML by its XML schema, which comes with JPMML: [path, ...] in, [what is wrong or "", ...] out."""

import json
import pathlib
import sys
import tempfile
import zipfile

import jpmml_evaluator
import jpype

archive, = (pathlib.Path(jpmml_evaluator.__file__).parent / "dependencies").glob("pmml-model-[0-9]*.jar")
jpype.startJVM()
with tempfile.TemporaryDirectory() as folder:
    with zipfile.ZipFile(archive) as jar:
        xsd = jar.extract("pmml.xsd", folder)
    language = "http://www.w3.org/2001/XMLSchema"
    schema = jpype.JClass("javax.xml.validation.SchemaFactory").newInstance(language).newSchema(
        jpype.JClass("java.io.File")(xsd))
results = []
for path in json.load(open(sys.argv[1])):
    source = jpype.JClass("javax.xml.transform.stream.StreamSource")(jpype.JClass("java.io.File")(path))
    try:
        schema.newValidator().validate(source)
        results.append("")
    except jpype.JException as error:
        results.append(str(error))
print(json.dumps(results))
