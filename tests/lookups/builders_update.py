"""Updates of the trust folder, signed by whoever the test likes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.serialization import pkcs7

from tests.lookups.builders_trust import Party


def archive(members: Mapping[str, bytes], *, serial: object = 1, more: str = "") -> bytes:
    """Pack files as an update does; without a manifest when `serial` is None."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        if serial is not None:
            packed.writestr("update.toml", f"serial = {serial}\n{more}")
        for name, octets in members.items():
            packed.writestr(name, octets)
    return out.getvalue()


def signed(content: bytes, by: Party, *, detached: bool = False) -> bytes:
    """Sign octets as CMS, in DER."""
    options = [pkcs7.PKCS7Options.Binary, *([pkcs7.PKCS7Options.DetachedSignature] if detached else [])]
    builder = pkcs7.PKCS7SignatureBuilder().set_data(content).add_signer(by.certificate, by.key, hashes.SHA256())
    return builder.sign(serialization.Encoding.DER, options)
