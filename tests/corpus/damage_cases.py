"""HDF5 files whose own structures are damaged: what the library, or what stands before it, must find."""

import struct

import h5py
import numpy as np

from corpus import FEATURES, ROWS, at, put, replace, rows


def address(value):
    return struct.pack("<Q", value)


def superblock(corpus):
    """The first structure of a file; the offsets are those of its version 0."""
    for name, offset, new in [("version", 8, b"\xc8"), ("offset_size", 13, b"\x10"), ("length_size", 14, b"\x03"),
                              ("group_k", 16, b"\0\0"), ("base", 24, address(2**63)),
                              ("end_of_file", 40, address(2**62)), ("root_header", 64, address(2**40)),
                              ("root_header_low", 64, address(8)), ("signature", 1, b"hdf")]:
        corpus.with_bytes("dense.h5", f"superblock_{name}.h5", lambda data: at(data, b"\x89HDF", offset, new))
        corpus.train(f"superblock_{name}.h5", ["HDF5"])
    corpus.with_bytes("latest.h5", "superblock_checksum.h5", lambda data: at(data, b"\x89HDF", 40, b"\x55"))
    corpus.train("superblock_checksum.h5", ["opening as HDF5 failed"])


def structures(corpus):
    """Signatures of the group's tree, its nodes and heap, of the heap of strings, of object headers."""
    for good, signature in [("dense", "TREE"), ("dense", "HEAP"), ("dense", "SNOD"), ("dense", "GCOL"),
                            ("latest", "OHDR"), ("chunked", "TREE")]:
        name = f"no_{signature}_{good}.h5"
        corpus.with_bytes(good + ".h5", name, lambda data: bytes(data).replace(signature.encode(), b"????"))
        corpus.train(name, {"OHDR": ["failed"], "GCOL": ["not where it says"]}.get(signature, [name]))
    for name, offset, new in [("size", 8, address(2**60)), ("free_list", 16, address(2**60)),
                              ("segment", 24, address(2**60))]:
        corpus.with_bytes("dense.h5", f"heap_{name}.h5", lambda data: at(data, b"HEAP", offset, new))
        corpus.train(f"heap_{name}.h5", [f"heap_{name}"])
    for name, offset, new in [("level", 5, b"\x77"), ("entries", 6, b"\xff\xff"), ("child", 32, address(2**60)),
                              ("child_itself", 32, None)]:
        def change(data):
            return at(data, b"TREE", offset, new or address(data.index(b"TREE")))
        corpus.with_bytes("dense.h5", f"tree_{name}.h5", change)
        corpus.train(f"tree_{name}.h5", [f"tree_{name}"])
    corpus.with_bytes("dense.h5", "node_symbols.h5", lambda data: at(data, b"SNOD", 6, b"\xff\xff"))
    corpus.train("node_symbols.h5", ["node_symbols"])
    corpus.with_bytes("dense.h5", "strings_size.h5", lambda data: at(data, b"GCOL", 8, address(2**60)))
    corpus.train("strings_size.h5", ["/feature_names", "not where it says"])
    # Texts that lie in one piece are looked up before HDF5 does, packed ones are not.
    corpus.changed("dense.h5", "packed_names.h5", lambda file: replace(
        file, "feature_names", ["age", "height", "hours"], chunks=(FEATURES,), compression="gzip"))
    for name, length, packed in [("length", 2**60, "HDF5 crashed over this file"),
                                 ("without_end", 2**64 - 16, "HDF5 did not come to an end")]:
        for good, says in [("dense.h5", "heap of texts is damaged"), ("packed_names.h5", packed)]:
            file = f"string_{name}_{good}"
            corpus.with_bytes(good, file, lambda data: at(data, b"GCOL", 24, address(length), good == "packed_names.h5"))
            corpus.train(file, [says])
    with h5py.File(corpus.path("dense.h5")) as file:
        names = file["feature_names"].id.get_offset()
    for name, offset, new, says in [("longer", 0, 5, "text 0 is not"), ("number", 12, 99, "text 0 is not"),
                                    ("number_far", 14, 0xffff, "text 0 is not"),
                                    ("elsewhere", 4, 64, "not where it says"), ("far", 9, 0x7f, "outside of the file")]:
        def refer(data):
            data[names + offset:names + offset + (2 if new > 255 else 1)] = new.to_bytes(2 if new > 255 else 1, "little")
        corpus.with_bytes("dense.h5", f"string_{name}.h5", refer)
        corpus.train(f"string_{name}.h5", ["/feature_names", says])
    corpus.with_bytes("latest.h5", "header_checksum.h5",
                      lambda data: at(data, b"OHDR", 30, bytes([data[data.index(b"OHDR") + 30] ^ 1])))
    corpus.train("header_checksum.h5", ["failed"])


def shared_text(corpus):
    """All labels are one long text of the heap."""
    with h5py.File(corpus.path("shared.h5"), "w") as file:
        file["X"] = rows()[0]
        file.create_dataset("y", data=["a" * 100_000] + ["b"] * (ROWS - 1), dtype=h5py.string_dtype())
        place = file["y"].id.get_offset()

    def share(data):
        data[place:place + 16 * ROWS] = data[place:place + 16] * ROWS
    corpus.with_bytes("shared.h5", "text_shared.h5", share)
    corpus.train("text_shared.h5", ["/y", "its strings have more bytes than the file"])


def shapes(corpus):
    """The shape, type and place of X in its header."""
    shape = struct.pack("<QQ", ROWS, FEATURES)
    for name, sizes, says in [("more_rows", (1000 * ROWS, FEATURES), "declares"),
                              ("countless", (2**62, FEATURES), "more elements than can be counted"),
                              ("bytes_countless", (2**58, FEATURES), "declares"),
                              ("more_columns", (ROWS, 10**9), "declares"), ("negative", (2**64 - 1, FEATURES), "/X")]:
        # The largest sizes stand behind the sizes.
        corpus.with_bytes("dense.h5", f"shape_{name}.h5", lambda data: put(data, shape, struct.pack("<QQ", *sizes), 2))
        corpus.train(f"shape_{name}.h5", ["/X", says])
    corpus.with_bytes("dense.h5", "shape_beyond_largest.h5", lambda data: bytes(data).replace(
        shape, struct.pack("<QQ", ROWS + 1, FEATURES), 1))
    corpus.train("shape_beyond_largest.h5", ["/X"])
    with h5py.File(corpus.path("dense.h5")) as file:
        place = b"\x03\x01" + address(file["X"].id.get_offset())  # layout, version 3, in one piece
    for name, new in [("beyond", 2**50), ("last_byte", 2**63 - 1), ("negative", 2**64 - 2), ("undefined", 2**64 - 1)]:
        corpus.with_bytes("dense.h5", f"place_{name}.h5", lambda data: put(data, place, b"\x03\x01" + address(new)))
        corpus.train(f"place_{name}.h5", ["/X"])
    double = b"\x11\x20\x3f\x00\x08\x00\x00\x00"
    for name, new in [("class", b"\x1f\x20\x3f\x00\x08\x00\x00\x00"), ("size_none", double[:4] + bytes(4)),
                      ("size_enormous", double[:4] + b"\xff\xff\xff\xff"), ("version", b"\xf1" + double[1:])]:
        corpus.with_bytes("dense.h5", f"type_{name}.h5", lambda data: bytes(data).replace(double, new))
        corpus.train(f"type_{name}.h5", ["/X"])


def chunks(corpus):
    with h5py.File(corpus.path("chunked.h5")) as file:
        first = file["X"].id.get_chunk_info(0)
    place, size = first.byte_offset, first.size

    def flipped(data):
        data[place + size // 2] ^= 0xFF
    corpus.with_bytes("chunked.h5", "chunk_flipped.h5", flipped)
    corpus.train("chunk_flipped.h5", ["/X", "failed"])
    for name, new in [("beyond", 2**50), ("of_another", 0)]:
        corpus.with_bytes("chunked.h5", f"chunk_{name}.h5", lambda data: put(data, address(place), address(new)))
        corpus.train(f"chunk_{name}.h5", ["/X", "failed"])
    sizes = struct.pack("<III", 16, FEATURES, 8)
    for name, new in [("enormous", (2**32 - 1, FEATURES, 8)), ("none", (0, FEATURES, 8)),
                      ("wide", (16, 2**20, 8)), ("short", (4, FEATURES, 8))]:
        corpus.with_bytes("chunked.h5", f"chunk_size_{name}.h5",
                          lambda data: put(data, sizes, struct.pack("<III", *new)))
        corpus.train(f"chunk_size_{name}.h5", ["/X"])
    # Before its place, the index has its size in the file, its filters and its first element.
    key = struct.pack("<IIQQQ", size, 0, *first.chunk_offset, 0)
    for name, new, says in [("of_no_bytes", (0, 0), "is missing"), ("of_a_checksum", (4, 0), "cannot have 4 bytes")]:
        corpus.with_bytes("chunked.h5", f"chunk_{name}.h5", lambda data: put(data, key, struct.pack("<II", *new) + key[8:]))
        corpus.train(f"chunk_{name}.h5", ["/X", says])
    corpus.with_bytes("chunked.h5", "chunk_of_more_than_the_file.h5",
                      lambda data: put(data, key, struct.pack("<I", 2**31) + key[4:]))
    corpus.train("chunk_of_more_than_the_file.h5", ["/X", "claims to take"])
    corpus.changed("dense.h5", "growing.h5", lambda file: replace(
        file, "X", rows()[0], chunks=(16, FEATURES), maxshape=(None, FEATURES), compression="gzip"))
    corpus.with_bytes("growing.h5", "chunk_size_enormous_growing.h5", lambda data: put(
        data, struct.pack("<III", 16, FEATURES, 8), struct.pack("<III", 2**26, FEATURES, 8)))
    corpus.train("chunk_size_enormous_growing.h5", ["/X", "a chunk of it has 1610612736 bytes"])
    corpus.with_bytes("chunked.h5", "chunk_elsewhere.h5", lambda data: put(
        data, key + address(place), struct.pack("<IIQQQ", size, 0, 2**40, 0, 0) + address(place)))
    corpus.train("chunk_elsewhere.h5", ["/X"])
    with h5py.File(corpus.path("not_filtered.h5"), "w") as file:
        file.create_dataset("X", data=rows()[0], chunks=(16, FEATURES))
        file["y"] = rows()[1]
        middle = file["X"].id.get_chunk_info(1)
    # The last chunk reaches beyond the rows: what is declared would be there without its end.
    key = struct.pack("<IIQQQ", middle.size, 0, *middle.chunk_offset, 0)
    for name, new, says in [
            ("shorter", struct.pack("<I", middle.size - 48) + key[4:], "cannot take 1488"),
            ("of_later_rows", struct.pack("<IIQQQ", middle.size, 0, 64, 0, 0), "at row 16 is missing")]:
        corpus.with_bytes("not_filtered.h5", f"chunk_{name}.h5", lambda data: put(data, key, new))
        corpus.train(f"chunk_{name}.h5", ["/X", says])
    with h5py.File(corpus.path("text_labels.h5"), "w") as file:
        file["X"], file["y"] = rows()[0], np.array([b"no", b"yes"], "S5")[rows()[1]]
    # The size of a type stands behind its class.
    corpus.with_bytes("text_labels.h5", "type_text_of_no_length.h5",
                      lambda data: put(data, b"\x13\x01\0\0\x05\0\0\0", b"\x13\x01\0\0" + bytes(4)))
    corpus.train("type_text_of_no_length.h5", ["/y", "strings of no length"])
    with h5py.File(corpus.path("not_compressed.h5"), "w") as file:
        file.create_dataset("X", data=rows()[0], chunks=(16, FEATURES), fletcher32=True)
        file["y"] = rows()[1]
        place = file["X"].id.get_chunk_info(1).byte_offset

    def sum_wrong(data):
        data[place] ^= 1
    corpus.with_bytes("not_compressed.h5", "chunk_sum.h5", sum_wrong)
    corpus.train("chunk_sum.h5", ["/X", "failed"])


def damage_cases(corpus):
    for add in [superblock, structures, shared_text, shapes, chunks]:
        add(corpus)
