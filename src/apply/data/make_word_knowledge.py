#!/usr/bin/env python3
"""Makes src/apply/data/words_en.txt from a WordNet 3.0 dictionary (Debian: wordnet-base, /usr/share/wordnet).

    src/apply/data/make_word_knowledge.py /usr/share/wordnet > src/apply/data/words_en.txt

Three sections, of stems as libstemmer's English stemmer makes them:
  [free]  words that claim nothing by themselves: mostly verbs, adverbs, usual adjectives and very general nouns
  [verb]  nouns and the like that are verbs too: "ported" claims nothing, "a port" may
  [noun]  "stem:own/above": the meanings of a noun (numbers of synsets) and what these are kinds of, to see that one
          noun stands for another
"""
import collections
import ctypes
import sys

FOLDER = sys.argv[1].rstrip("/") + "/"
SENSES = 3          # of a noun, the usual ones
FREE_NOUN = 50     # occurrences in WordNet's own counts that make a noun general
FREE_ADJECTIVE = 3
KNOWN_NOUN = 2

stemmer_library = ctypes.CDLL("libstemmer.so.0d")
stemmer_library.sb_stemmer_new.restype = ctypes.c_void_p
stemmer_library.sb_stemmer_stem.restype = ctypes.c_void_p
handle = ctypes.c_void_p(stemmer_library.sb_stemmer_new(b"english", b"UTF_8"))


def stem(word):
    data = word.encode()
    pointer = stemmer_library.sb_stemmer_stem(handle, data, len(data))
    return ctypes.string_at(pointer, stemmer_library.sb_stemmer_length(handle)).decode()


def read_index(part):
    senses = {}
    with open(FOLDER + "index." + part) as file:
        for line in file:
            if line.startswith("  "):
                continue
            fields = line.split()
            senses[fields[0]] = fields[6 + int(fields[3]):]
    return senses


def read_parents():
    parents = {}
    with open(FOLDER + "data.noun") as file:
        for line in file:
            if line.startswith("  "):
                continue
            fields = line.split("|")[0].split()
            words = int(fields[3], 16)
            at = 4 + 2 * words
            pointers = [fields[at + 1 + 4 * i:at + 5 + 4 * i] for i in range(int(fields[at]))]
            parents[fields[0]] = [target for kind, target, part, _ in pointers if kind in ("@", "@i") and part == "n"]
    return parents


counts = collections.Counter()
with open(FOLDER + "cntlist.rev") as file:
    for line in file:
        key, _, count = line.split()
        lemma, rest = key.split("%")
        counts[lemma, "nvara"[int(rest[0]) - 1]] += int(count)

index = {"n": read_index("noun"), "v": read_index("verb"), "a": read_index("adj"), "r": read_index("adv")}
irregular = collections.defaultdict(list)
for part, name in (("n", "noun"), ("v", "verb"), ("a", "adj"), ("r", "adv")):
    with open(FOLDER + name + ".exc") as file:
        for line in file:
            fields = line.split()
            if len(fields) > 1:
                irregular[fields[1]].append(fields[0])

def verb_forms(lemma):
    """Regular forms whose stem may differ from the stem of the lemma."""
    base = lemma[:-1] if lemma.endswith("e") else lemma[:-1] + "i" if lemma.endswith("y") else lemma
    forms = [lemma + "s", base + "ed", (lemma[:-1] if lemma.endswith("e") else lemma) + "ing"]
    if lemma[-1] in "bdgklmnprt" and lemma[-2:-1] in "aeiou":
        forms += [lemma + lemma[-1] + "ed", lemma + lemma[-1] + "ing"]
    return forms


free = set()
verbs = set()
nouns = {}
for lemma in set().union(*index.values()):
    if "_" in lemma or len(lemma) < 2 or not lemma.replace("-", "").isalpha() or "-" in lemma:
        continue
    by_part = {part: counts[lemma, part] for part in index if lemma in index[part]}
    noun = by_part.get("n", -1)
    other = max((count for part, count in by_part.items() if part != "n"), default=-1)
    least = FREE_ADJECTIVE if by_part.get("a", -1) == other else 1
    forms = [lemma] + irregular[lemma]
    if "v" in by_part:
        forms += verb_forms(lemma)
    only_verb = "n" not in by_part and "a" not in by_part
    if only_verb or (other > noun and other >= least) or noun >= FREE_NOUN:
        free.update(stem(form) for form in forms if len(form) > 2)
        continue
    if "v" in by_part and max(by_part.values()) > 0:
        verbs.update(stem(form) for form in forms)
    if noun >= KNOWN_NOUN:
        for form in [lemma] + irregular[lemma]:
            nouns.setdefault(stem(form), set()).update(index["n"][lemma][:SENSES])

parents = read_parents()
numbers = {}


def number(synset):
    return numbers.setdefault(synset, len(numbers))


print("# Words of English for the fact guard, made by src/apply/data/make_word_knowledge.py from WordNet 3.0; see WORDNET-LICENSE.txt.")
print("[free]")
print(" ".join(sorted(free)))
print("[verb]")
print(" ".join(sorted(verbs - free)))
print("[noun]")
lines = []
for noun in sorted(nouns):
    if noun in free:
        continue
    own = sorted(number(s) for s in nouns[noun])
    above = sorted({number(p) for s in nouns[noun] for p in parents[s]})
    lines.append(f"{noun}:{','.join(map(str, own))}/{','.join(map(str, above))}")
print("\n".join(lines))
