-- Grain: one row per locator that several documents of the run share (five at most). Locators are
-- unique in a run that was read correctly, so any row is a defect.
select
    locator,
    count(*) as documents
from processed
group by locator
having count(*) > 1
limit 5;
