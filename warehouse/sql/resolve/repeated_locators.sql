-- Grain: one row per locator that several documents of the run share; none when all is well.
select
    locator,
    count(*) as documents
from processed
group by locator
having count(*) > 1
limit 5;
