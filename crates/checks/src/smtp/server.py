"""A real SMTP server on loopback that keeps what it takes, one file a message, and that goes wrong when
the address says so: later@ is put off, never@ is refused, busy@ is put off and spam@ refused after the
message, a sender blocked@ is refused, cut@ is
taken and the connection is cut before the answer, lost@ is cut before the message is out."""

import os
import sys
import time

from aiosmtpd.controller import Controller


class Handler:
    def __init__(self, folder):
        self.folder = folder
        self.count = 0

    async def handle_MAIL(self, server, session, envelope, address, options):
        if address.startswith("blocked@"):
            return "530 5.7.0 this sender is not let in"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("later@"):
            return "451 try again later"
        if address.startswith("never@"):
            return "550 5.1.1 no such mailbox"
        if address.startswith("lost@"):
            server.transport.abort()
            return "421 gone"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        to = envelope.rcpt_tos[0]
        if to.startswith("busy@"):
            return "452 too busy"
        if to.startswith("spam@"):
            return "554 5.7.1 the message is refused"
        self.count += 1
        part = os.path.join(self.folder, "part")
        with open(part, "wb") as file:
            file.write(envelope.content)
        os.rename(part, os.path.join(self.folder, "%s-%06d.eml" % (to, self.count)))
        if to.startswith("cut@"):
            server.transport.abort()
        return "250 taken"


controller = Controller(Handler(sys.argv[1]), hostname="127.0.0.1", port=int(sys.argv[2]))
controller.start()
print("listening", flush=True)
while True:
    time.sleep(1)
