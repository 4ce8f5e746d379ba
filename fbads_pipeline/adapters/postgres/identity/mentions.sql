-- Where a person's address or name can stand in a schema.

-- name: text_columns
-- Columns of tables that hold text, JSON, or a list of texts, and that are not computed.
select
    column_of.table_name,
    column_of.column_name,
    column_of.data_type
from information_schema.columns as column_of
inner join information_schema.tables as table_of
    on column_of.table_schema = table_of.table_schema and column_of.table_name = table_of.table_name
where
    column_of.table_schema = :schema
    and table_of.table_type = 'BASE TABLE'
    and column_of.is_generated = 'NEVER'
    and (column_of.data_type in ('text', 'character varying', 'jsonb') or column_of.udt_name = '_text')
order by column_of.table_name, column_of.column_name;
