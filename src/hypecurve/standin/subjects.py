"""What made-up repos are about: one subject for each corner of an AI stack."""

from __future__ import annotations

from dataclasses import dataclass

LANGUAGES = ("Python", "TypeScript", "Rust", "Go", "C++", "Jupyter Notebook", "JavaScript")


@dataclass(frozen=True, slots=True)
class Subject:
    """Name stems and tails, descriptions (`{ai}` becomes a term people search for), topics.

    `share` is its weight among all; `languages` index LANGUAGES, the usual one first.
    """

    share: float
    stems: tuple[str, ...]
    tails: tuple[str, ...]
    descriptions: tuple[str, ...]
    topics: tuple[str, ...]
    languages: tuple[int, ...] = (0,)
    is_ai: bool = True


SUBJECTS = (
    # Infrastructure
    Subject(
        5,
        ("flash", "paged", "turbo", "rapid", "swift"),
        ("kv", "serve", "infer", "engine", "batch"),
        (
            "High-throughput {ai} inference and serving with paged attention",
            "KV-cache compression for {ai} serving",
            "A fast inference engine that runs {ai} models on one GPU",
        ),
        ("llm-inference", "inference", "kv-cache", "llm-serving", "cuda"),
        (0, 4, 2),
    ),
    Subject(
        5,
        ("vec", "embed", "near", "index", "shard"),
        ("db", "store", "lake", "hub", "base"),
        (
            "A vector database for {ai} applications",
            "Embedded vector search with filters, made for {ai} retrieval",
        ),
        ("vector-database", "vector-search", "embeddings", "similarity-search"),
        (2, 3, 4),
    ),
    Subject(
        3,
        ("gpu", "node", "cluster", "fleet"),
        ("sched", "mesh", "pool", "ops", "dock"),
        (
            "Schedule {ai} workloads over a Kubernetes cluster of GPUs",
            "Share GPUs between teams that train and serve {ai} models",
        ),
        ("kubernetes", "gpu", "mlops", "distributed-computing"),
        (3, 0),
    ),
    # Model development
    Subject(
        5,
        ("tiny", "lora", "fine", "quick"),
        ("tune", "quant", "train", "forge", "adapt"),
        (
            "Fine-tune any {ai} with LoRA on a single card",
            "Quantization to 3 bits for {ai} weights, without calibration data",
            "Train a small {ai} from scratch",
        ),
        ("fine-tuning", "lora", "quantization", "training", "llm"),
        (0,),
    ),
    Subject(
        3,
        ("bench", "judge", "score", "probe"),
        ("eval", "suite", "lab", "meter"),
        (
            "Evaluate {ai} answers with rubrics, offline and in CI",
            "A benchmark and leaderboard for {ai} reasoning",
        ),
        ("evaluation", "llm-evaluation", "benchmark", "leaderboard"),
        (0,),
    ),
    Subject(
        2,
        ("data", "corpus", "label", "synth"),
        ("mill", "forge", "sieve", "set"),
        (
            "Filter and deduplicate training data for {ai} at terabyte scale",
            "Synthetic instruction datasets for {ai} tuning",
        ),
        ("dataset", "data-processing", "synthetic-data", "instruction-tuning"),
        (0, 2),
    ),
    # AI engineering
    Subject(
        10,
        ("auto", "agent", "swarm", "task", "crew"),
        ("agent", "loop", "pilot", "flow", "hive"),
        (
            "A framework for autonomous agents driven by an {ai}",
            "Multi-agent orchestration: {ai} agents that plan, call tools and check each other",
            "Long-running {ai} agents with memory",
        ),
        ("agents", "ai-agents", "autonomous-agents", "multi-agent", "agent-framework"),
        (0, 1),
    ),
    Subject(
        6,
        ("rag", "doc", "chunk", "cite"),
        ("kit", "flow", "stack", "graph", "wise"),
        (
            "Retrieval-augmented generation over your own documents with any {ai}",
            "A RAG toolkit: parse, chunk, rerank, and cite with an {ai}",
        ),
        ("rag", "retrieval-augmented-generation", "retrieval", "chunking"),
        (0, 1),
    ),
    Subject(
        6,
        ("tool", "mcp", "context", "bridge"),
        ("proxy", "hub", "server", "link", "gate"),
        (
            "One MCP server in front of all your tools, for every {ai} client",
            "Model Context Protocol gateway with access rules for {ai} agents",
        ),
        ("mcp", "mcp-server", "model-context-protocol", "tools"),
        (1, 3, 0),
    ),
    Subject(
        3,
        ("prompt", "guard", "trace", "cost"),
        ("lens", "rail", "wire", "desk", "watch"),
        (
            "Observability for {ai} applications: traces, prompts, costs",
            "Guardrails that check what an {ai} says before people see it",
            "Prompt templates with versions and tests for {ai} teams",
        ),
        ("llmops", "observability", "prompt-engineering", "guardrails"),
        (1, 0),
    ),
    # Applications
    Subject(
        7,
        ("chat", "talk", "pocket", "open"),
        ("room", "mate", "desk", "box", "window"),
        (
            "A self-hosted chat for {ai}, with plugins and voice",
            "A ChatGPT-like window for every {ai}, local or remote",
            "{ai} chatbot for teams, on your own server",
        ),
        ("chatbot", "chatgpt", "chat-ui", "self-hosted", "openai"),
        (1, 0, 6),
    ),
    Subject(
        6,
        ("code", "patch", "commit", "review"),
        ("pilot", "smith", "buddy", "whisper"),
        (
            "A coding assistant in the terminal that works with any {ai}",
            "Review pull requests with an {ai} before people do",
            "{ai} pair programmer for your editor",
        ),
        ("code-generation", "coding-assistant", "developer-tools", "cli"),
        (1, 2, 0),
    ),
    Subject(
        5,
        ("voice", "voca", "speech", "sound"),
        ("box", "clone", "stream", "note"),
        (
            "Text to speech and voice cloning for {ai} assistants",
            "Talk to an {ai}: speech recognition and synthesis in real time",
        ),
        ("text-to-speech", "speech-recognition", "voice", "tts"),
        (0, 4),
    ),
    Subject(
        5,
        ("pixel", "image", "canvas", "dream"),
        ("diffuse", "paint", "studio", "brush"),
        (
            "Generative AI for pictures: diffusion models in a node editor",
            "Text to image with {ai} prompts and regional control",
        ),
        ("stable-diffusion", "text-to-image", "generative-ai", "image-generation"),
        (0,),
    ),
    Subject(
        3,
        ("note", "mail", "slide", "sheet", "paper"),
        ("genie", "writer", "mate", "scribe"),
        (
            "Write and summarise with an {ai} in your notes",
            "Slides from an outline, made by an {ai}",
            "An {ai} research assistant that reads papers",
        ),
        ("productivity", "summarization", "writing", "assistant"),
        (1, 0),
    ),
    Subject(
        3,
        ("sql", "table", "query", "chart"),
        ("chat", "pilot", "wise", "ask"),
        (
            "Ask your database in plain words: text to SQL with an {ai}",
            "Data analysis with an {ai} over tables and charts",
        ),
        ("text-to-sql", "data-analysis", "nl2sql", "analytics"),
        (0,),
    ),
    # Models
    Subject(
        5,
        ("nimbus", "cobalt", "juniper", "basalt", "saffron"),
        ("lm", "7b", "moe", "base", "vl"),
        (
            "Open weights of a bilingual {ai} with 7 billion parameters",
            "A mixture-of-experts {ai}: weights, report and training code",
            "A vision-language {ai} with open weights",
        ),
        ("large-language-models", "foundation-models", "pretrained-models", "llm"),
        (0,),
    ),
    # Tutorials and lists
    Subject(
        4,
        ("learn", "handson", "zero-to", "course"),
        ("-llm", "-agents", "-rag", "-prompting"),
        (
            "A hands-on course: build an {ai} application step by step",
            "Tutorials and notebooks about {ai}, from the first prompt to fine-tuning",
            "An {ai} cookbook with worked examples",
        ),
        ("tutorial", "course", "learning", "notebooks"),
        (5, 0),
    ),
    Subject(
        4,
        ("awesome-",),
        ("llm-tools", "agents", "prompts", "genai", "mcp-servers"),
        (
            "A curated list of {ai} tools, papers and resources",
            "Awesome {ai} resources, kept up to date",
        ),
        ("awesome", "awesome-list", "list", "resources"),
        (0,),
    ),
    # In Chinese
    Subject(
        5,
        ("zhi", "ling", "yun", "wen"),
        ("agent", "chat", "kb", "flow"),
        (
            "基于 {ai} 的智能体框架,支持工具调用与多智能体协作",
            "开源的 {ai} 知识库问答系统,支持本地部署",
            "{ai} 微调与推理教程",
        ),
        ("llm", "chinese", "agent", "rag"),
        (0, 1),
    ),
    # Not about AI at all: the search finds them by a word
    Subject(
        2,
        ("part", "disk", "boot"),
        ("gpt", "table", "fdisk", "loader"),
        (
            "Edit GPT and MBR partition tables from the command line",
            "A boot loader and GPT disk partition tool for UEFI",
        ),
        ("partition", "disk", "uefi", "gpt"),
        (4, 2),
        is_ai=False,
    ),
)
