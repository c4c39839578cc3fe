"""The one GraphQL document of the sweep."""

from __future__ import annotations

SWEEP_SIZE = 100
"""`nodes` takes at most 100 ids."""

# Cost: GitHub counts one request for each connection below each node and divides by 100. With
# `repositoryTopics` as the only connection 100 repos are 1 point; `issues { totalCount }` beside
# it would make them 2, for a figure that no list and no card shows.
# https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
SWEEP = """\
query Sweep($ids: [ID!]!) {
  rateLimit { cost remaining resetAt }
  nodes(ids: $ids) {
    ... on Repository {
      id
      databaseId
      nameWithOwner
      description
      stargazerCount
      forkCount
      isArchived
      isFork
      isPrivate
      createdAt
      pushedAt
      updatedAt
      primaryLanguage { name }
      licenseInfo { spdxId }
      owner { __typename }
      repositoryTopics(first: 20) { nodes { topic { name } } }
    }
  }
}
"""
