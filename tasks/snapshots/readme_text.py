"""The text of a snapshot's README, apart from the facts: it isolates prose from code."""

README = """\
# $title

$summary

Snapshot `$name` of a corpus that Broadsheet collected. State of the corpus: $state. This file is
a data sheet that was made from the tables themselves.

## Which articles

The articles that met this condition (SQL on the columns of `articles`; `true` stands for all):

$where

$versions versions of texts belong to them; the present versions have $words words. An article has
several versions if its publisher changed it and it was collected again, or if a newer extractor
read the stored page again. $copies of the articles are copies or near copies of another one in
this snapshot (column `cluster_id`, tables `stories` and `copies`).

| domain | articles | published |
|---|---:|---|
$domain_rows

| year of publication | articles | |
|---|---:|---|
$year_rows

| language (found in the text) | articles | |
|---|---:|---|
$language_rows

## How they were collected

Pages were fetched from $fetched. A night fetches what feeds, sitemaps and front pages of sources
list; an ingest reads archives that already exist (WARC, HTML, databanks, tables of rows).

| run | runs | documents read |
|---|---:|---|
$flow_rows

`runs` lists these runs with their times and the names of their inputs. `sources`, `nights` and
`coverage` say which sources were visited on which days, if sources were visited at all.

The text of a page is found by a statistical model or by the library trafilatura (column
`extractor`). Menus, notices and lines that recur on a site are removed. No language model
wrote or changed a text.

## What is missing, and why

The runs above also read documents that did not become articles. Each has one outcome
(`documents` has the rows of the chosen articles alone):

| outcome | documents | |
|---|---:|---|
$outcome_rows

`duplicate`: it was known already. `rejected`: no article, or unusable. `failed`: it could not be
read or fetched. The reasons:

| outcome / reason | documents | |
|---|---:|---|
$reason_rows

- $undated articles have no date of publication, and $day_only have the day alone: a value that
  the page does not give is NULL. `published_source` says where a date comes from.
- Articles that no list named on a night when their source was visited are not in the corpus. Nights
  that failed, and days with a possible loss, are in `nights` and `coverage`.
- Access to the full text, as far as the page shows it:

| access | articles | |
|---|---:|---|
$access_rows

- Flags on the quality of a text:

| flag | articles | |
|---|---:|---|
$flag_rows

## Changes of texts

| reason for a further version | versions | |
|---|---:|---|
$change_rows

`revisions` and `revision_changes` say what was changed.

## Rights

The texts are the work of their publishers and authors. This snapshot grants no licence to them.
Evidence of licences and reservations that the pages carry (column `rights`):

| evidence | articles | |
|---|---:|---|
$rights_rows

Texts name persons. Who uses or shares the snapshot has to observe the law on copyright, on text
and data mining and on the protection of personal data.

## Code and methods

Written by Broadsheet $code, format of tables $format. The runs used:

| version of Broadsheet | runs | |
|---|---:|---|
$code_rows

| extractor | versions of articles | its version |
|---|---:|---|
$extractor_rows

## Files

| file | rows | grain |
|---|---:|---|
$tables

`datapackage.json` describes each column (Data Package). Times are in UTC. Lists are lists in
Parquet; columns with JSON hold it as text. Tables are joined by `article_id`, `version` and
`run_id`.

Check the files with the program `sha256sum`; README.md and CITATION.cff have no checksum, so that
they can be completed by hand:

    sha256sum --check SHA256SUMS

Read them in Python, with DuckDB, or in R:

    pandas.read_parquet("data/articles.parquet")
    polars.read_parquet("data/articles.parquet")
    duckdb -c "select source, count(*) from 'data/articles.parquet' group by all"
    arrow::read_parquet("data/articles.parquet")

## How to cite

$authors ($year): $title. Version $name. State of $state.

`CITATION.cff` has the same for machines.

"""
