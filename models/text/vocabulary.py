"""Words as a network's numbers, by the vocabulary that lies beside its weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.errors import UnsupportedPrompt, WeightsMismatch


@dataclass(frozen=True, slots=True)
class Encoded:
    """A text as ``ids``; ``spans`` are the letters (from, to) of each, (0, 0) for marks of begin and end."""

    ids: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]


class Vocabulary:
    """Reads texts with a folder's vocabulary; ``kind`` is the class of transformers that knows its format."""

    def __init__(self, kind: Any, folder: Path, size: int) -> None:
        """Load it; raises WeightsMismatch if it is damaged or has more than ``size`` numbers."""
        try:
            tokenizer = kind.from_pretrained(str(folder), local_files_only=True).backend_tokenizer
            tokenizer.no_padding()
            tokenizer.no_truncation()
            most = max(tokenizer.get_vocab(with_added_tokens=True).values())
        except Exception as error:  # the parser of tokenizers raises plain Exception
            raise WeightsMismatch(f"The vocabulary in {folder} is damaged ({error}).") from error
        if most >= size:
            raise WeightsMismatch(f"The vocabulary in {folder} is another network's: it has more words.")
        self._tokenizer = tokenizer
        self._unknown = tokenizer.token_to_id("[UNK]")

    def read(self, text: str, words: Sequence[str]) -> Encoded:
        """Return ``text``, which ``words`` are in; raises UnsupportedPrompt if it holds what nobody can read."""
        for word in words:
            # Networks that learned with English texts take other scripts for noise, without a complaint of their own.
            if not any(letter.isascii() and letter.isalnum() for letter in word):
                raise UnsupportedPrompt(f"'{word}' is not English, which is all that this detector reads.")
        encoding = self._tokenizer.encode(text)
        ids = tuple(int(number) for number in encoding.ids)
        if self._unknown is not None and self._unknown in ids:
            start, end = encoding.offsets[ids.index(self._unknown)]
            raise UnsupportedPrompt(f"The detector does not know '{text[start:end]}'. Use plain English words.")
        return Encoded(ids, tuple((int(start), int(end)) for start, end in encoding.offsets))


def too_long(what: str, tokens: int, most: int) -> UnsupportedPrompt:
    """Return the error for a text of more numbers than a network takes."""
    return UnsupportedPrompt(
        f"{what} is too long for this detector: {tokens} tokens, and it takes {most}. Ask for less."
    )
