"""The stages of a pipeline record: their order and kinds, and their decisions in one line each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tracefix_tui.model.call import LLMCall, Usage
from tracefix_tui.model.message import Message
from tracefix_tui.model.text import plural
from tracefix_tui.model.trace import Document, Retrieval, Score, SpanDetail, SpanKind
from tracefix_tui.readers.shapes.secrets import without_secrets
from tracefix_tui.readers.values import json_list, json_object, number, text_or_none, whole

NO_PROMPT = "the record holds no prompt text"
NO_CONTENT = "content not captured: the record names documents by id, without their text and scores"
NO_OUTPUT = "content not captured: the record holds no prompt and no output of this call"
_LOW = 0.6  # below this, an answer counts as not grounded in its documents

Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage: its key in the record, the name shown, its span kind, and how it tells what it decided."""

    key: str
    name: str
    kind: SpanKind
    decide: Callable[[Facts], list[str]]


def _cache(facts: Facts) -> list[str]:
    similarity = number(facts.get("similarity"))
    if facts.get("hit") is True:
        return [f"cache hit (similarity {similarity:g})" if similarity is not None else "cache hit"]
    return ["cache miss"] if facts.get("hit") is False else []


def _tool_selection(facts: Facts) -> list[str]:
    out = [f"query type: {facts['queryType']}"] if facts.get("queryType") else []
    out += [f"SQL template: {facts['sqlTemplateId']}"] if facts.get("sqlTemplateId") else []
    out += ["fallback classifier used: the model's did not answer in time"] if facts.get("usedFallback") is True else []
    return out + _reasoning(facts)


def _reasoning(facts: Facts) -> list[str]:
    return [f"because: {facts['reasoning']}"] if text_or_none(facts.get("reasoning")) else []


def _hyde(facts: Facts) -> list[str]:
    text = text_or_none(facts.get("generatedDoc"))
    return [f"hypothetical document of {len(text):,} characters"] if text else _skip(facts)


def _multi_query(facts: Facts) -> list[str]:
    queries = json_list(facts.get("subQueries"))
    return [plural(len(queries), "sub-query", "sub-queries")] if queries else _skip(facts)


def _skip(facts: Facts) -> list[str]:
    return ["skipped"] if facts.get("skipped") is True else []


def _filter_build(facts: Facts) -> list[str]:
    filters = json_object(facts.get("extractedFilters"))
    out = ["filters: " + _pairs(filters) if filters else "no filters"]
    method = text_or_none(facts.get("nlpMethod"))
    return out + ([f"extracted by {method}"] if facts.get("usedNlp") is True and method else [])


def _pairs(values: Facts) -> str:
    return ", ".join(f"{key} = {value}" for key, value in values.items())


def _retrieval(facts: Facts) -> list[str]:
    vector, bm25, merged = (whole(facts.get(key)) for key in ("vectorCandidates", "bm25Candidates", "rrfMerged"))
    out = []
    if vector is not None or bm25 is not None:
        found = [f"{count} {name}" for count, name in ((vector, "vector"), (bm25, "BM25")) if count is not None]
        out.append(" + ".join(found) + (f" -> {merged} merged" if merged is not None else ""))
    if facts.get("cragTriggered") is True:
        relaxed = json_object(facts.get("relaxedFilter"))
        out.append("filters relaxed and searched again" + (f": {_pairs(relaxed)}" if relaxed else ""))
    return out


def _cross_encoder(facts: Facts) -> list[str]:
    return _skip(facts) or _counts(facts, "threshold")


def _mmr(facts: Facts) -> list[str]:
    return _counts(facts, "lambda")


def _counts(facts: Facts, setting: str) -> list[str]:
    """`22 -> 8 at threshold 0.3`."""
    before, after, value = whole(facts.get("inputCount")), whole(facts.get("outputCount")), number(facts.get(setting))
    if before is None or after is None:
        return []
    return [f"{before} -> {after}" + (f" at {setting} {value:g}" if value is not None else "")]


def _generation(facts: Facts) -> list[str]:
    documents = json_list(facts.get("injectedDocuments"))
    return [f"{plural(len(documents), 'document')} in the prompt"]


def _judge(facts: Facts) -> list[str]:
    known = [f"{key} {value:g}" for key in ("groundedness", "quality") if (value := number(facts.get(key))) is not None]
    grounded = number(facts.get("groundedness"))
    low = [f"groundedness under {_LOW}"] if grounded is not None and grounded < _LOW else []
    return ([", ".join(known)] if known else []) + low + _reasoning(facts)


def _self_reflection(facts: Facts) -> list[str]:
    if facts.get("triggered") is not True:
        return ["not triggered"] if facts.get("triggered") is False else []
    before, after = number(facts.get("originalGroundedness")), number(facts.get("regenGroundedness"))
    out = ["answer regenerated" + {True: ", accepted", False: ", refused"}.get(facts.get("accepted"), "")]  # type: ignore[arg-type]
    if before is not None and after is not None:
        out.append(f"groundedness {before:g} -> {after:g}")
    return out + (["regenerated, but groundedness is still low"] if after is not None and after < _LOW else [])


def _output_guard(facts: Facts) -> list[str]:
    said = [f"{key}: {value}" for key, value in facts.items() if key != "durationMs" and isinstance(value, (str, bool))]
    return [text.lower() if text.endswith(("True", "False")) else text for text in said]


STAGES = (
    Stage("cache", "cache", "other", _cache),
    Stage("toolSelection", "tool selection", "other", _tool_selection),
    Stage("hyde", "HyDE", "llm", _hyde),
    Stage("multiQuery", "multi-query", "llm", _multi_query),
    Stage("filterBuild", "filter build", "other", _filter_build),
    Stage("retrieval", "retrieval", "retriever", _retrieval),
    Stage("crossEncoder", "cross-encoder", "reranker", _cross_encoder),
    Stage("mmr", "MMR", "reranker", _mmr),
    Stage("generation", "generation", "llm", _generation),
    Stage("judge", "judge", "evaluator", _judge),
    Stage("selfReflection", "self-reflection", "evaluator", _self_reflection),
    Stage("outputGuard", "output guard", "guardrail", _output_guard),
)


def documents_of(record: Facts) -> tuple[Document, ...]:
    """The documents that went into the prompt: ids, in order."""
    listed = json_list(json_object(record.get("generation")).get("injectedDocuments"))
    return tuple(
        Document(id=str(ident), rank=rank) for rank, ident in enumerate(listed) if isinstance(ident, (str, int))
    )


def scores_of(stage: Stage, facts: Facts, span_id: str) -> tuple[Score, ...]:
    """What the pipeline's own judge said."""
    if stage.key != "judge":
        return ()
    comment = text_or_none(facts.get("reasoning"))
    values = [(key, number(facts.get(key))) for key in ("groundedness", "quality")]
    return tuple(
        Score(k, v, comment=comment, source="pipeline judge", span_id=span_id) for k, v in values if v is not None
    )


def detail_of(stage: Stage, facts: Facts, documents: tuple[Document, ...], scores: tuple[Score, ...]) -> SpanDetail:
    """The content of a stage: its decisions, what it recorded, and the call or documents where it has them."""
    skipped = facts.get("skipped") is True
    lossy: list[str] = []
    llm = retrieval = None
    if stage.kind == "llm" and not skipped:
        llm = _call(stage, facts)
        lossy.append(NO_PROMPT if llm.output else NO_OUTPUT)
    elif stage.kind in ("retriever", "reranker") and not skipped:
        none_left = 0 in (whole(facts.get("rrfMerged")), whole(facts.get("outputCount")))
        retrieval = Retrieval(documents=documents) if documents or none_left else None
        lossy += [] if none_left else [NO_CONTENT]
    return SpanDetail(
        output=without_secrets(facts),
        llm=llm,
        retrieval=retrieval,
        lossy=tuple(lossy),
        scores=scores,
        decisions=tuple(stage.decide(facts)),
    )


def _call(stage: Stage, facts: Facts) -> LLMCall:
    text = text_or_none(facts.get("generatedDoc"))
    if stage.key == "multiQuery":
        text = "\n".join(str(query) for query in json_list(facts.get("subQueries"))) or None
    return LLMCall(
        request_model=text_or_none(facts.get("model")),
        output=(Message.of("assistant", text),) if text else (),
        usage=Usage(input=whole(facts.get("promptTokens")), output=whole(facts.get("completionTokens"))),
        request_source="none",
        replay="impossible",
        replay_notes=(NO_PROMPT,),
    )
