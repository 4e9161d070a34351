"""A mail server on a free port of 127.0.0.1 that writes what it takes as JSON into a directory.

usage: server.py DIRECTORY plain|starttls|tls [auth]

DIRECTORY holds cert.pem and key.pem. The first line of its output is the port. Recipients whose address begins with three
digits are answered with that code.
"""

import asyncio
import email
import email.policy
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

directory, security = sys.argv[1:3]
asks = "auth" in sys.argv[3:]


class Handler:
    taken = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address[:3].isdigit():
            return f"{address[:3]} {address[0]}.0.0 not {address}"
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        Handler.taken += 1
        with open(f"{directory}/{Handler.taken}.json", "w") as file:
            json.dump(
                {
                    "from": envelope.mail_from,
                    "to": envelope.rcpt_tos,
                    "encrypted": session.ssl is not None or security == "tls",
                    "user": session.auth_data.login.decode() if session.auth_data else None,
                    "headers": {name: str(value) for name, value in message.items()},
                    "defects": [str(defect) for defect in message.defects],
                    "text": message.get_content().replace("\r\n", "\n"),
                    "raw": envelope.content.decode("ascii"),
                },
                file,
            )
        return "250 taken"


def authenticate(server, session, envelope, mechanism, data):
    if data.login == b"flowmeter" and data.password == b"secret":
        return AuthResult(success=True, auth_data=data)
    return AuthResult(success=False, handled=False)


async def main():
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(f"{directory}/cert.pem", f"{directory}/key.pem")

    def connect():
        return SMTP(
            Handler(),
            hostname="mail.test",
            tls_context=context if security == "starttls" else None,
            require_starttls=security == "starttls",
            authenticator=authenticate if asks else None,
            auth_required=asks,
            auth_require_tls=security == "starttls",
            enable_SMTPUTF8=False,
        )

    loop = asyncio.get_running_loop()
    server = await loop.create_server(connect, "127.0.0.1", 0, ssl=context if security == "tls" else None)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


asyncio.run(main())
