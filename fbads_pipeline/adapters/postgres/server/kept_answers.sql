-- name: state
-- What no table is part of, and the marks of each table that was written to.
select
    ops.state_of(cast(array[] as text[])) as base,
    (
        select coalesce(jsonb_object_agg(marked.table_name, marked.marks), cast('{}' as jsonb))
        from (
            select
                changes.table_name,
                string_agg(cast(changes.mark as text), ',' order by changes.changed_in) as marks
            from ops.table_changes as changes
            group by changes.table_name
        ) as marked
    ) as marks;
