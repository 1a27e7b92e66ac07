-- The published file: views pinned to the files of one snapshot per table.
-- Names after a dollar sign are filled in by warehouse/publish.py: columns, lists of files, settings.

-- Grain: one row per version of an article.
create view article_versions as
select $article_versions_columns
from read_parquet($article_versions_files, union_by_name = true);

-- Grain: one row per version that is not its article's current one. A table, for it is small and
-- every query on articles needs it.
create table superseded as
select $superseded_columns
from read_parquet($superseded_files, union_by_name = true);

-- Grain: one row per article, its current version.
create view articles as
select $article_versions_columns
from article_versions
anti join superseded using (article_id, version);

-- Grain: one row per article published in the last days (a setting) before the publication of this
-- file. The bound lets a query skip the files of older nights.
create view latest_articles as
select $article_versions_columns
from articles
where published_at >= timestamptz '$published_at' - interval $latest_days days;

-- Grain: one row per date seen in a loaded version.
create view date_candidates as
select $date_candidates_columns
from read_parquet($date_candidates_files, union_by_name = true);

-- Grain: one row per document and run.
create view documents as
select $documents_columns
from read_parquet($documents_files, union_by_name = true);

-- Grain: one row per run.
create view runs as
select $runs_columns
from read_parquet($runs_files, union_by_name = true);
