"""Validates the resources of Green Button feeds: schema, then feeds. Prints what is wrong."""

import sys
from lxml import etree

schema = etree.XMLSchema(etree.parse(sys.argv[1]))
wrong = 0
for name in sys.argv[2:]:
    resources = 0
    for content in etree.parse(name).iter("{http://www.w3.org/2005/Atom}content"):
        for resource in content:
            resources += 1
            alone = etree.ElementTree(etree.fromstring(etree.tostring(resource)))
            if not schema.validate(alone):
                wrong += 1
                print(name, schema.error_log[0])
    if resources == 0:
        wrong += 1
        print(name, "has no resources")
sys.exit(1 if wrong else 0)
