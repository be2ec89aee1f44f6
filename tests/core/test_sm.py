"""The SM adapter gives the published results, agrees with a second implementation, and stays silent."""

import hashlib
import hmac
import os
import shutil
import subprocess
import threading
from base64 import encodebytes
from pathlib import Path

import gmssl_pyx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ankang.core import sm
from ankang.core.sm import selftest
from ankang.core.sm.sm2 import ORDER
from tests.core.vectors import vectors

PRIVATE = bytes.fromhex("3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8")
PUBLIC = bytes.fromhex(
    "0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
    "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
)
SIGNER = sm.Sm2Signer(PRIVATE, PUBLIC)


def test_the_self_test_passes_here() -> None:
    sm.self_test()


@pytest.mark.parametrize(
    ("name", "value", "algorithm"),
    [
        ("_SM3_EXAMPLES", ((b"abc", "00" * 32),), "SM3"),
        ("_SM4_CIPHER", bytes(16), "SM4"),
        ("_SM2_SIGNATURE", bytes(63) + b"\x01", "SM2"),
    ],
)
def test_the_self_test_names_the_algorithm_that_is_wrong(
    name: str, value: object, algorithm: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selftest, name, value)
    with pytest.raises(sm.SelfTestFailed, match=algorithm):
        sm.self_test()


def test_sm3_hmac_and_key_derivation_give_the_vectors() -> None:
    published = vectors("hmac-sm3")
    for case in published["sm3"]:
        assert sm.sm3(bytes.fromhex(case["message"])).hex() == case["digest"]
    for case in published["hmac"]:
        key, message = bytes.fromhex(case["key"]), bytes.fromhex(case["message"])
        assert sm.hmac_sm3(key, message).hex() == sm.HmacSm3(key).digest(message).hex() == case["tag"]
    for case in published["kdf"]:
        derived = sm.kdf(bytes.fromhex(case["key"]), case["label"], bytes.fromhex(case["context"]))
        assert derived.hex() == case["derived"]


@given(key=st.binary(max_size=100), message=st.binary(max_size=300))
def test_a_keyed_hmac_can_be_used_again_and_agrees_with_another_implementation(
    key: bytes, message: bytes
) -> None:
    keyed = sm.HmacSm3(key)
    keyed.digest(b"something else before")
    expected = gmssl_pyx.sm3_hmac(key, message) if 0 < len(key) <= 64 else sm.hmac_sm3(key, message)
    assert keyed.digest(message) == expected
    assert sm.sm3(message) == gmssl_pyx.sm3_hash(message)


@given(key=st.binary(min_size=16, max_size=16), block=st.binary(min_size=16, max_size=16))
def test_an_sm4_block_comes_back_and_blocks_do_not_depend_on_each_other(key: bytes, block: bytes) -> None:
    cipher = sm.Sm4Block(key)
    first = cipher.encrypt(block)
    cipher.encrypt(bytes(16))
    assert cipher.encrypt(block) == first == gmssl_pyx.sm4_ctr_encrypt(key, block, bytes(16))
    assert cipher.decrypt(first) == block


@pytest.mark.parametrize("size", [0, 15, 17, 32])
def test_an_sm4_block_of_another_size_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        sm.Sm4Block(bytes(16)).encrypt(bytes(size))
    with pytest.raises(ValueError, match="16 bytes"):
        sm.Sm4Block(bytes(16)).decrypt(bytes(size))


def test_the_keystream_counts_up_as_gmssl_does() -> None:
    key, counter = bytes(range(16)), b"\x00" * 14 + b"\xff\xfe"
    assert sm.sm4_ctr_keystream(key, counter, 1000) == gmssl_pyx.sm4_ctr_encrypt(key, counter, bytes(1000))


@given(plaintext=st.binary(max_size=200), aad=st.binary(max_size=40))
def test_what_was_sealed_is_unsealed_and_gmssl_reads_it_too(plaintext: bytes, aad: bytes) -> None:
    key = bytes(range(16))
    sealed = sm.seal(key, plaintext, aad)
    assert sm.unseal(key, sealed, aad) == plaintext
    if plaintext and aad:
        parts = sealed[:12], aad, sealed[12:-16], sealed[-16:]
        assert gmssl_pyx.sm4_gcm_decrypt(key, *parts) == plaintext


def test_a_seal_breaks_at_any_change() -> None:
    key, sealed = bytes(16), sm.seal(bytes(16), b"3425 0119 8001 0112 34", b"people:1")
    changed = [_flipped(sealed, bit) for bit in range(len(sealed) * 8)]
    attempts = [(key, text, b"people:1") for text in [*changed, sealed[:-1], sealed[:27], b""]]
    for attempt in [*attempts, (key, sealed, b"people:2"), (b"\x01" * 16, sealed, b"people:1")]:
        with pytest.raises(sm.SealBroken):
            sm.unseal(*attempt)


def test_two_seals_of_the_same_text_differ() -> None:
    assert sm.seal(bytes(16), b"text", b"") != sm.seal(bytes(16), b"text", b"")


@given(message=st.binary(max_size=200))
def test_a_signature_is_accepted_for_its_message_and_no_other(message: bytes) -> None:
    signature = SIGNER.sign(message)
    assert len(signature) == 64
    assert sm.sm2_verify(PUBLIC, message, signature)
    assert not sm.sm2_verify(PUBLIC, message + b"\x00", signature)


def test_new_keys_sign_and_do_not_answer_for_each_other() -> None:
    pairs = [sm.sm2_generate() for _ in range(3)]
    for private, public in pairs:
        signature = sm.Sm2Signer(private, public).sign(b"message")
        answers = [sm.sm2_verify(other, b"message", signature) for _, other in pairs]
        assert answers == [other == public for _, other in pairs]


def test_small_r_and_s_keep_their_leading_zeros() -> None:
    signatures = [SIGNER.sign(b"message") for _ in range(700)]
    short = [signature for signature in signatures if 0 in (signature[0], signature[32])]
    assert short, "about five of 700 signatures have a leading zero byte"
    assert all(sm.sm2_verify(PUBLIC, b"message", signature) for signature in short)


NOT_SIGNATURES = [
    b"",
    bytes(64),
    b"\xff" * 64,
    bytes(32) + b"\x01" * 32,
    b"\x01" * 32 + bytes(32),
    ORDER.to_bytes(32, "big") + b"\x01" * 32,
    b"\x01" * 32 + ORDER.to_bytes(32, "big"),
    b"\x01" * 63,
    b"\x01" * 65,
    b"\x01" * 64,
]
NOT_KEYS = [
    b"",
    PUBLIC[1:],
    b"\x03" + PUBLIC[1:],
    PUBLIC + b"\x00",
    b"\x04" + bytes(64),
    b"\x04" + b"\xff" * 64,
]


def test_nonsense_is_refused_without_a_word(capfd: pytest.CaptureFixture[str]) -> None:
    good = SIGNER.sign(b"message")
    assert not any(sm.sm2_verify(PUBLIC, b"message", bad) for bad in NOT_SIGNATURES)
    assert not any(sm.sm2_verify(bad, b"message", good) for bad in NOT_KEYS)
    assert not any(sm.sm2_verify(PUBLIC, b"message", _flipped(good, bit)) for bit in range(0, 512, 7))
    assert capfd.readouterr() == ("", "")


def test_the_library_would_print_if_it_were_not_kept_quiet(capfd: pytest.CaptureFixture[str]) -> None:
    assert not gmssl_pyx.sm2_verify_sm3_digest(PUBLIC[1:], bytes(32), b"0\x06\x02\x01\x01\x02\x01\x01")
    assert "sm2" in capfd.readouterr().err


def test_threads_verify_in_silence_while_others_write_to_stderr(capfd: pytest.CaptureFixture[str]) -> None:
    written = [b"line %d\n" % number for number in range(200)]

    def refuse() -> None:
        for _ in range(50):
            assert not sm.sm2_verify(PUBLIC, b"message", b"\x01" * 64)

    threads = [threading.Thread(target=refuse) for _ in range(4)]
    for thread in threads:
        thread.start()
    for line in written:
        os.write(2, line)
    for thread in threads:
        thread.join()
    assert capfd.readouterr().err == b"".join(written).decode()


def test_a_forked_child_verifies_too() -> None:
    child = os.fork()
    if child == 0:
        os._exit(0 if not sm.sm2_verify(PUBLIC, b"message", b"\x01" * 64) else 1)
    assert os.waitpid(child, 0)[1] == 0


@pytest.mark.parametrize(("private", "public"), [(bytes(31), PUBLIC), (PRIVATE, PUBLIC[1:]), (PRIVATE, b"")])
def test_a_signer_needs_keys_of_the_right_size(private: bytes, public: bytes) -> None:
    with pytest.raises(ValueError, match="SM2"):
        sm.Sm2Signer(private, public)


def test_openssl_accepts_our_signatures_and_we_accept_its(tmp_path: Path) -> None:
    key, message = _openssl_key(tmp_path), b"the header of a pass"
    (tmp_path / "message").write_bytes(message)
    (tmp_path / "ours").write_bytes(_der(SIGNER.sign(message)))
    options = [
        "-inkey",
        key,
        "-rawin",
        "-in",
        "message",
        "-digest",
        "sm3",
        "-pkeyopt",
        "distid:1234567812345678",
    ]
    verified = _openssl(tmp_path, "pkeyutl", "-verify", *options, "-sigfile", "ours")
    assert verified.stdout.strip() == b"Signature Verified Successfully"
    theirs = _openssl(tmp_path, "pkeyutl", "-sign", *options).stdout
    assert sm.sm2_verify(PUBLIC, message, _raw(theirs))


def test_openssl_agrees_on_sm3_and_hmac() -> None:
    if "sm3" not in hashlib.algorithms_available:
        pytest.skip("this Python's OpenSSL was built without SM3")
    for size in range(0, 200, 7):
        assert sm.sm3(bytes(size)) == hashlib.new("sm3", bytes(size)).digest()
        assert sm.hmac_sm3(bytes(size), b"m") == hmac.digest(bytes(size), b"m", "sm3")


def _openssl_key(folder: Path) -> str:
    """The test key as a file that the openssl command reads; skips where that command has no SM2."""
    binary = shutil.which("openssl")
    curves = (
        subprocess.run([binary, "ecparam", "-list_curves"], capture_output=True, check=True)
        if binary
        else None
    )
    if curves is None or b"SM2" not in curves.stdout:
        pytest.skip("no openssl command with SM2 on this machine")
    curve = bytes.fromhex("a00a06082a811ccf5501822d")
    der = bytes.fromhex("30770201010420") + PRIVATE + curve + bytes.fromhex("a144034200") + PUBLIC
    body = encodebytes(der).decode()
    (folder / "key.pem").write_text(f"-----BEGIN EC PRIVATE KEY-----\n{body}-----END EC PRIVATE KEY-----\n")
    return "key.pem"


def _openssl(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, check=True)


def _der(signature: bytes) -> bytes:
    numbers = [b"\x02\x21\x00" + signature[:32], b"\x02\x21\x00" + signature[32:]]
    trimmed = [_shortest(number) for number in numbers]
    return bytes((0x30, sum(map(len, trimmed)))) + b"".join(trimmed)


def _shortest(number: bytes) -> bytes:
    content = number[2:].lstrip(b"\x00")
    content = content if content[0] < 0x80 else b"\x00" + content
    return bytes((0x02, len(content))) + content


def _raw(der: bytes) -> bytes:
    r = der[4 : 4 + der[3]]
    s = der[6 + der[3] :]
    return r[-32:].rjust(32, b"\x00") + s[-32:].rjust(32, b"\x00")


def _flipped(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)
