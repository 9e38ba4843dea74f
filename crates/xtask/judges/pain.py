"""Validates messages by the schemas that their namespaces name: folder of schemas, then messages.
Prints what is wrong."""

import os
import sys

from lxml import etree

wrong = 0
for name in sys.argv[2:]:
    message = etree.parse(name)
    space = etree.QName(message.getroot()).namespace
    schema = os.path.join(sys.argv[1], space.rsplit(":", 1)[1] + ".xsd")
    schema = etree.XMLSchema(etree.parse(schema))
    if not schema.validate(message):
        wrong += 1
        print(name, schema.error_log[0])
sys.exit(1 if wrong else 0)
