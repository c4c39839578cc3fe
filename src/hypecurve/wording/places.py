"""The titles of the taxonomy that is shipped, and why a repo stands where it does.

Titles are written in the taxonomy's own file, where people read and change them; they are listed
here for the catalogues alone, and a test keeps both in step.
"""

from __future__ import annotations

from hypecurve.domain.catalogue import Place
from hypecurve.wording.cut import clean
from hypecurve.wording.texts import Texts, to_say

TITLES = (
    to_say("Infrastructure"),
    to_say("Model development"),
    to_say("AI engineering"),
    to_say("Applications"),
    to_say("Models"),
    to_say("Tutorials"),
    to_say("Lists"),
    to_say("Serving and deployment"),
    to_say("Vector databases and search"),
    to_say("Compute, clusters and GPUs"),
    to_say("MLOps and pipelines"),
    to_say("Data systems"),
    to_say("Observability"),
    to_say("Deep learning frameworks"),
    to_say("Training"),
    to_say("Fine-tuning"),
    to_say("Reinforcement learning and alignment"),
    to_say("Inference optimization and compilers"),
    to_say("Datasets and data preparation"),
    to_say("Classical ML and AutoML"),
    to_say("Robotics and embodied AI"),
    to_say("Agents and agent frameworks"),
    to_say("Tools for agents"),
    to_say("Application frameworks"),
    to_say("Visual and low-code builders"),
    to_say("Retrieval, knowledge and memory"),
    to_say("Prompts and structured output"),
    to_say("Evaluation and interpretability"),
    to_say("Safety and security"),
    to_say("Model APIs, clients and gateways"),
    to_say("Chat interfaces"),
    to_say("Coding"),
    to_say("Data analysis and SQL"),
    to_say("Bots and assistants"),
    to_say("Characters and games"),
    to_say("Image production"),
    to_say("Video, voice and music production"),
    to_say("Writing and translation"),
    to_say("Workflow automation"),
    to_say("Research, search and notes"),
    to_say("Finance, health, law and other fields"),
    to_say("Language models"),
    to_say("Multimodal models"),
    to_say("Vision models"),
    to_say("Image, video and 3D generation"),
    to_say("Speech, audio and music models"),
    to_say("Embedding models"),
    to_say("Science and domain models"),
    to_say("Research code"),
    to_say("Courses and books"),
    to_say("Guides"),
    to_say("Examples and notebooks"),
    to_say("Lists of tools and models"),
    to_say("Paper lists and surveys"),
    to_say("Prompt collections"),
)
"""Layers, then categories."""
_REASONS = (
    to_say("topic {topic}"),
    to_say("'{phrase}' in the name"),
    to_say("'{phrase}' in the description"),
    to_say("'{phrase}' in the owner"),
    to_say("only {reason}"),
    to_say("suggested by who submitted it"),
)
"""What `classify` and a submission keep with a repo, in English."""


def place_reason(place: Place, said: Texts) -> str:
    """Return why a repo stands where it does, in this language; "" where nothing is kept."""
    return said.retell(clean(place.reason), _REASONS)
