#!/usr/bin/env python3
"""Makes what the provider in the images answers: python3 benches/bare-metal/canned/make.py

Needs the package `cryptography`. The keys are new each time, and their private halves are thrown
away. State, nonce and code verifier are those that the images' random source gives: 96 bytes that
count from zero.
"""

import base64
import hashlib
import json
import pathlib
import urllib.parse

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

HERE = pathlib.Path(__file__).parent
NOW = 1779271200
HOST = "https://login.example/00000000-1111-2222-3333-444444444444"
ISSUER = HOST + "/v2.0"
CLIENT_ID = "6731de76-14a6-49ae-97bc-6eba6914391e"
REDIRECT_URI = "http://127.0.0.1:51004/callback"
# As long as the codes and access tokens of Entra ID.
CODE = "1." + "AbCdEfGhIjKlMnOpQrStUvWxYz-_0123456789" * 53
ACCESS_TOKEN = "eyJ0eXAiOiJKV1QiLCJub25jZSI6" + "Q2xhaW1zT2ZUaGVBY2Nlc3NUb2tlbg" * 50


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def number(value, length=None):
    return b64(value.to_bytes(length or (value.bit_length() + 7) // 8, "big"))


def encoded(text):
    return urllib.parse.quote(text, safe="-._").replace("~", "%7E")


STATE, NONCE, VERIFIER = (b64(bytes(range(at, at + 32))) for at in (0, 32, 64))


def rsa_jwk(key):
    public = key.public_key().public_numbers()
    return {"kty": "RSA", "n": number(public.n), "e": number(public.e)}


def ec_jwk(key):
    public, size = key.public_key().public_numbers(), key.curve.key_size // 8
    return {"kty": "EC", "crv": f"P-{key.curve.key_size}", "x": number(public.x, size), "y": number(public.y, size)}


def ed_jwk(key):
    return {"kty": "OKP", "crv": "Ed25519", "x": b64(key.public_key().public_bytes_raw())}


def ecdsa(key, data, digest):
    size = key.curve.key_size // 8
    r, s = decode_dss_signature(key.sign(data, ec.ECDSA(digest)))
    return r.to_bytes(size, "big") + s.to_bytes(size, "big")


def pss(key, data):
    return key.sign(data, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())


RSA = {bits: rsa.generate_private_key(65537, bits) for bits in (2048, 3072, 4096)}
P256, P384 = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP384R1())
ED = ed25519.Ed25519PrivateKey.generate()

# Folder, algorithm, key, signature, and the hash of which at_hash is the left half.
SIGNED = [
    *((f"rs256-{bits}", "RS256", rsa_jwk(key), lambda data, key=key: key.sign(data, padding.PKCS1v15(), hashes.SHA256()), "sha256")
      for bits, key in RSA.items()),
    *((f"ps256-{bits}", "PS256", rsa_jwk(key), lambda data, key=key: pss(key, data), "sha256") for bits, key in RSA.items()),
    ("es256", "ES256", ec_jwk(P256), lambda data: ecdsa(P256, data, hashes.SHA256()), "sha256"),
    ("es384", "ES384", ec_jwk(P384), lambda data: ecdsa(P384, data, hashes.SHA384()), "sha384"),
    ("eddsa", "EdDSA", ed_jwk(ED), ED.sign, "sha512"),
]


def write(name, text):
    path = HERE / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)


def claims(algorithm_hash):
    digest = hashlib.new(algorithm_hash, ACCESS_TOKEN.encode()).digest()
    return {
        "aud": CLIENT_ID, "iss": ISSUER, "iat": NOW - 300, "nbf": NOW - 300, "exp": NOW + 3600,
        "aio": "AWQAm/8TAAAAmX0tQwE3" * 8, "at_hash": b64(digest[: len(digest) // 2]),
        "email": "alice@contoso.example", "groups": [f"{i:08x}-9c2d-4f6e-8a1b-5d7e3f9c0b2a" for i in range(8)],
        "name": "Alice Example", "nonce": NONCE, "oid": "00000000-0000-0000-66f3-3332eca7ea81",
        "preferred_username": "alice@contoso.example", "rh": "1.AXkAg-hLx", "sid": "002a5e0b-6f3c-4b7d-9e1a-7c5d2f8b4e60",
        "sub": "LPF_mLO-M91LhbCgSTBjvAdm72BukCtR3tGY_Pgr6EQ", "tid": HOST.rsplit("/", 1)[1], "uti": "bXUkR3pYg0m", "ver": "2.0",
    }


for folder, algorithm, jwk, sign, digest in SIGNED:
    jwk |= {"kid": "k1", "use": "sig"}
    header = {"typ": "JWT", "alg": algorithm, "kid": "k1"}
    signed = ".".join(b64(json.dumps(part, separators=(",", ":")).encode()) for part in (header, claims(digest)))
    token = f"{signed}.{b64(sign(signed.encode()))}"
    # Keys of other kinds stand beside the one that is asked for.
    others = [{"kty": "RSA", "kid": "other", "use": "enc", "n": number(RSA[2048].public_key().public_numbers().n), "e": "AQAB"}, {"kty": "oct", "k": "AA"}]
    write(f"{folder}/keys.json", json.dumps({"keys": [*others, jwk]}))
    answer = {"token_type": "Bearer", "scope": "openid profile email", "expires_in": 3599, "ext_expires_in": 3599,
              "access_token": ACCESS_TOKEN, "id_token": token}
    write(f"{folder}/token.json", json.dumps(answer))

discovery = json.loads((HERE / "../../../runtime-std/demo-provider/src/entra/discovery_tenant.json").read_text())
if "body" in discovery:
    discovery = discovery["body"]
discovery |= {"issuer": ISSUER, "authorization_endpoint": f"{HOST}/oauth2/v2.0/authorize", "token_endpoint": f"{HOST}/oauth2/v2.0/token",
              "jwks_uri": f"{HOST}/discovery/v2.0/keys", "userinfo_endpoint": f"{HOST}/userinfo"}
write("discovery.json", json.dumps(discovery))
write("userinfo.json", json.dumps({"sub": claims("sha256")["sub"], "given_name": "Alice", "picture": f"{HOST}/picture"}))

said = claims("sha256")
write("report.json", json.dumps({"realm": "entra", "issuer": ISSUER, "subject": said["sub"], "user_name": said["preferred_username"],
      "client_type": "public", "issued": said["iat"], "expires": said["exp"]}, separators=(",", ":")))

challenge = b64(hashlib.sha256(VERIFIER.encode()).digest())
query = {"response_type": "code", "client_id": CLIENT_ID, "redirect_uri": REDIRECT_URI, "scope": "openid email profile",
         "state": STATE, "nonce": NONCE, "code_challenge": challenge, "code_challenge_method": "S256", "display": "page"}
write("authorization_url.txt", f"{HOST}/oauth2/v2.0/authorize?" + "&".join(f"{name}={encoded(value)}" for name, value in query.items()))
write("callback.txt", f"{REDIRECT_URI}?code={CODE}&state={STATE}&session_state=002a5e0b-6f3c-4b7d-9e1a-7c5d2f8b4e60")
form = {"grant_type": "authorization_code", "code": CODE, "redirect_uri": REDIRECT_URI, "client_id": CLIENT_ID, "code_verifier": VERIFIER}
write("token_request.txt", "&".join(f"{name}={encoded(value)}" for name, value in form.items()))
