#!/usr/bin/env python3
"""The sealed formats of docs/formats.md in an implementation of their own (Python, the `cryptography` package).

    sealed_format.py answers              known answers as JSON, for fixed inputs: known-answers.json
    sealed_format.py read DIR KEYHEX      reads a store without its index: every sidecar row, every fragment, one JSON line per shard

Written from docs/formats.md, not from the TypeScript. Nothing but a new format version changes known-answers.json.
"""

import hashlib
import json
import pathlib
import struct
import sys
import zlib

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

PAGE = 4096
BODY = 8192
FRAGMENT = 32 + BODY + 16


def wrapping_key(master, store_id):
    return HKDF(hashes.SHA256(), 32, store_id, b"predastore segment v1").derive(master)


def slot_context(store_id, epoch):
    return b"predastore data key v1" + store_id + struct.pack(">I", epoch)


def wrap(master, store_id, epoch, data_key, nonce):
    sealed = AESGCM(wrapping_key(master, store_id)).encrypt(nonce, data_key, slot_context(store_id, epoch))
    return struct.pack(">I", epoch) + nonce + sealed


def unwrap(master, store_id, slot):
    (epoch,) = struct.unpack_from(">I", slot)
    key = wrapping_key(master, store_id)
    return epoch, AESGCM(key).decrypt(slot[4:16], slot[16:64], slot_context(store_id, epoch))


def nonce_of(number, store_id):
    return struct.pack(">Q", number) + store_id[12:]


def file_header(magic, store_id, segment, created_ms, slot):
    page = magic + struct.pack(">II", 1, PAGE) + store_id + struct.pack(">QQ", segment, created_ms) + slot
    return (page + hashlib.sha256(page).digest()).ljust(PAGE, b"\0")


def state_file(store_id, counters, slots):
    length = 72 + 64 * len(slots) + 32
    state = b"PDSTATE\0" + struct.pack(">II", 1, length) + store_id + struct.pack(">QQQQ", *counters)
    state += struct.pack(">H6x", len(slots)) + b"".join(slots)
    return state + hashlib.sha256(state).digest()


def fragment_headers(length, first, shard_number, epoch):
    count = -(-length // BODY)
    for ordinal in range(count):
        last = ordinal == count - 1
        size = length - ordinal * BODY if last else BODY
        yield struct.pack(">QQIIIHH", first + ordinal, shard_number, ordinal, size, int(last), 1, epoch)


def fragment_context(write_id, object_hash, index, header):
    return write_id + object_hash + struct.pack(">I", index) + header


def seal_fragments(key, store_id, identity, extent, data):
    out = []
    for ordinal, header in enumerate(fragment_headers(len(data), *extent)):
        body = data[ordinal * BODY : (ordinal + 1) * BODY].ljust(BODY, b"\0")
        nonce = nonce_of(extent[0] + ordinal, store_id)
        out.append(header + AESGCM(key).encrypt(nonce, body, fragment_context(*identity, header)))
    return out


def seal_row(key, store_id, segment, number, epoch, plain):
    header = b"PR" + struct.pack(">HIQI8x", 1, len(plain), number, epoch)
    header += struct.pack(">I", zlib.crc32(header))
    sealed = AESGCM(key).encrypt(nonce_of(number, store_id), plain, header + store_id + struct.pack(">Q", segment))
    row = header + sealed
    return row.ljust(-(-len(row) // 64) * 64, b"\0")


def answers():
    master, store_id, data_key = b"\x07" * 32, bytes(range(16)), b"\x42" * 32
    slot = wrap(master, store_id, 1, data_key, b"\x24" * 12)
    identity = (bytes(range(16, 32)), hashlib.sha256(b"bucket/key").digest(), 2)
    data = bytes((at * 7 + 3) % 256 for at in range(8200))
    extent = (2**32 + 2, 77, 1)
    fragments = seal_fragments(data_key, store_id, identity, extent, data)
    write_id, object_hash, index = identity
    plain = write_id + struct.pack(">H", index) + object_hash
    plain += struct.pack(">QIQQQI", 4096, 2, extent[0], extent[1], len(data), 1) + b'{"an":"object record"}'
    return {
        "keySlot": slot.hex(),
        "segmentHeader": file_header(b"PDSEGMNT", store_id, 9, 1795000000000, slot).rstrip(b"\0").hex(),
        "sidecarHeader": file_header(b"PDSIDECR", store_id, 9, 1795000000000, slot).rstrip(b"\0").hex(),
        "state": state_file(store_id, (5, 2**33 + 7, 2**20 + 1, 10), [slot]).hex(),
        "fragmentsSha256": [hashlib.sha256(one).hexdigest() for one in fragments],
        "lastFragmentHeadAndTag": (fragments[-1][:64] + fragments[-1][-16:]).hex(),
        "row": seal_row(data_key, store_id, 9, extent[0] + 2, 1, plain).hex(),
    }


def read_shard(segment_file, key, store_id, identity, offset, extent, length):
    data = b""
    for ordinal, header in enumerate(fragment_headers(length, *extent)):
        at = offset + ordinal * FRAGMENT
        assert segment_file[at : at + 32] == header, "the header of a fragment"
        sealed = segment_file[at + 32 : at + FRAGMENT]
        nonce = nonce_of(extent[0] + ordinal, store_id)
        data += AESGCM(key).decrypt(nonce, sealed, fragment_context(*identity, header))
    assert not any(data[length:]), "zeros behind the data"
    return data[:length]


def data_keys(state, store_id, master):
    """By epoch. The headers of segments carry the slot of their birth, which may be wrapped with an older master key."""
    (count,) = struct.unpack_from(">H", state, 64)
    slots = [state[72 + 64 * at : 136 + 64 * at] for at in range(count)]
    return dict(unwrap(master, store_id, slot) for slot in slots)


def read_store(directory, master):
    state = pathlib.Path(directory, "state").read_bytes()
    assert state[:8] == b"PDSTATE\0" and hashlib.sha256(state[:-32]).digest() == state[-32:]
    keys = data_keys(state, state[16:32], master)
    for sidecar_path in sorted(pathlib.Path(directory, "segments").glob("*.idx")):
        sidecar = sidecar_path.read_bytes()
        segment_file = sidecar_path.with_suffix(".seg").read_bytes()
        assert segment_file[:8] == b"PDSEGMNT" and sidecar[:8] == b"PDSIDECR"
        store_id = sidecar[16:32]
        (segment,) = struct.unpack_from(">Q", sidecar, 32)
        at = PAGE
        while at < len(sidecar):
            header = sidecar[at : at + 32]
            _, plain_bytes, number, row_epoch = struct.unpack_from(">HIQI", header, 2)
            context = header + store_id + struct.pack(">Q", segment)
            sealed = sidecar[at + 32 : at + 48 + plain_bytes]
            plain = AESGCM(keys[row_epoch]).decrypt(nonce_of(number, store_id), sealed, context)
            write_id, (index,), object_hash = plain[:16], struct.unpack_from(">H", plain, 16), plain[18:50]
            offset, _, first, shard_number, length, epoch = struct.unpack_from(">QIQQQI", plain, 50)
            identity, extent = (write_id, object_hash, index), (first, shard_number, epoch)
            data = read_shard(segment_file, keys[epoch], store_id, identity, offset, extent, length)
            yield {
                "segment": segment,
                "writeId": write_id.hex(),
                "index": index,
                "lengthBytes": length,
                "sha256": hashlib.sha256(data).hexdigest(),
                "record": plain[90:].decode(),
            }
            at += -(-(48 + plain_bytes) // 64) * 64


if __name__ == "__main__":
    if sys.argv[1:2] == ["read"]:
        for shard in read_store(sys.argv[2], bytes.fromhex(sys.argv[3])):
            print(json.dumps(shard))
    else:
        print(json.dumps(answers(), indent=2))
