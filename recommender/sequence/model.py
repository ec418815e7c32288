"""A causal transformer over shoppers' steps, and the tower that makes an item's vector."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from recommender.sequence.histories import ACTION_KINDS, GAP_KINDS, HOURS, WEEKDAYS
from recommender.sequence.packing import Packed
from recommender.sequence.recipe import Recipe

_SPREAD = 0.02


class ItemTower(nn.Module):
    """An item's vector: what its text says and what shoppers taught of it.

    Where items have a vector of their own, the last row is that of an item never seen, which every
    new one takes. Text begins as the principal directions of the catalogue's texts, so that alike
    items are alike before anything is learnt.
    """

    texts: Tensor
    known: Tensor

    def __init__(self, *, learnt: int, text_width: int, recipe: Recipe) -> None:
        super().__init__()
        self.strangers = recipe.strangers if recipe.text else 0.0
        self.ids = nn.Embedding(learnt + 1, recipe.width) if recipe.ids else None
        self.project = nn.Linear(text_width, recipe.width, bias=False) if recipe.text else None
        if self.ids is not None:
            nn.init.normal_(self.ids.weight, std=_SPREAD)
        # Both belong to the catalogue of the day, not to the model: `lay_out` brings them.
        self.register_buffer("texts", torch.zeros(0, text_width), persistent=False)
        self.register_buffer("known", torch.zeros(0, dtype=torch.int64), persistent=False)

    def lay_out(self, texts: Tensor, known: Tensor) -> None:
        """Take a catalogue.

        Args:
            texts: the items' text embeddings [n, t].
            known: each item's row among those learnt, or -1 [n].
        """
        device = self.texts.device
        self.texts = texts.to(device, torch.float32)
        stranger = self.ids.num_embeddings - 1 if self.ids is not None else 0
        self.known = torch.where(known < 0, stranger, known).to(device)

    def __len__(self) -> int:
        return len(self.known)

    @torch.no_grad()
    def begin_with_text(self) -> None:
        """Set the projection to the whitened principal directions of the texts laid out."""
        if self.project is None:
            return
        centred = self.texts - self.texts.mean(0)
        variances, directions = torch.linalg.eigh(centred.T @ centred / len(centred))
        width = min(len(self.project.weight), len(variances))
        chosen = directions[:, -width:] / variances[-width:].clamp_min(1e-6).sqrt()
        self.project.weight.zero_()
        self.project.weight[:width] = _SPREAD * chosen.T

    def forward(self, items: Tensor) -> Tensor:
        """Vectors [..., d] of these rows of the catalogue [...]."""
        vectors: Tensor | None = None
        if self.project is not None:
            vectors = self.project(self.texts[items])
        if self.ids is not None:
            rows = self.known[items]
            if self.training and self.strangers:
                hidden = torch.rand(rows.shape, device=rows.device) < self.strangers
                rows = rows.masked_fill(hidden, self.ids.num_embeddings - 1)
            own = self.ids(rows)
            vectors = own if vectors is None else vectors + own
        assert vectors is not None  # noqa: S101 - `SequenceModel` sees to it
        return vectors


class Block(nn.Module):
    """Attention and a gated feed-forward layer, each normed before and added after."""

    def __init__(self, recipe: Recipe) -> None:
        super().__init__()
        width = recipe.width
        self.heads = recipe.heads
        self.before_attention = nn.LayerNorm(width)
        self.attend = nn.Linear(width, 3 * width)
        self.gather = nn.Linear(width, width)
        self.before_feed = nn.LayerNorm(width)
        self.widen = nn.Linear(width, 4 * width)
        self.narrow = nn.Linear(2 * width, width)
        self.dropout = nn.Dropout(recipe.dropout)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """[b, l, d] to [b, l, d]."""
        b, length, width = x.shape
        parts = self.attend(self.before_attention(x)).view(b, length, 3, self.heads, -1)
        q, k, v = parts.permute(2, 0, 3, 1, 4)
        seen = functional.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        x = x + self.dropout(self.gather(seen.transpose(1, 2).reshape(b, length, width)))
        gate, value = self.widen(self.before_feed(x)).chunk(2, dim=-1)
        fed: Tensor = self.dropout(self.narrow(functional.silu(gate) * value))
        return x + fed


class SequenceModel(nn.Module):
    """Reads histories and says for every step which way the shopper goes on."""

    def __init__(self, *, learnt: int, text_width: int, recipe: Recipe) -> None:
        super().__init__()
        if not recipe.ids and not recipe.text:
            raise ValueError("A recipe needs ids or text: without either all items are one.")
        width = recipe.width
        self.scale = recipe.scale
        self.tower = ItemTower(learnt=learnt, text_width=text_width, recipe=recipe)
        self.actions = nn.Embedding(ACTION_KINDS, width)
        self.gaps = nn.Embedding(GAP_KINDS, width)
        self.hours = nn.Embedding(HOURS, width)
        self.weekdays = nn.Embedding(WEEKDAYS, width)
        self.places = nn.Embedding(recipe.length, width)
        for table in (self.actions, self.gaps, self.hours, self.weekdays, self.places):
            nn.init.normal_(table.weight, std=_SPREAD)
        self.dropout = nn.Dropout(recipe.dropout)
        self.blocks = nn.ModuleList(Block(recipe) for _ in range(recipe.layers))
        self.norm = nn.LayerNorm(width)

    def forward(self, packed: Packed) -> Tensor:
        """The user's vector after every step, of length `scale` [b, l, d]."""
        items, actions, gaps, hours, weekdays = packed.steps
        x = self.tower(items) + self.places(packed.places) + self.actions(actions)
        x = self.dropout(x + self.gaps(gaps) + self.hours(hours) + self.weekdays(weekdays))
        mask = packed.mask()
        for block in self.blocks:
            x = block(x, mask)
        users: Tensor = functional.normalize(self.norm(x), dim=-1) * self.scale
        return users

    def item_vectors(self, items: Tensor) -> Tensor:
        """The items' vectors, of length 1 [..., d]: their product with a user's is the score."""
        return functional.normalize(self.tower(items), dim=-1)
