"""Lists of actions that hardly change any more are stored as one text each; raw.day_states says of which days."""

from alembic import op

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None

# The names once, then an entry each, all in one order: "7d_click,action_type,value;2,link_click,2;,lead,1". An empty
# part is a name that the entry has not.
UNPACKED = """
create function raw.unpacked(packed jsonb) returns jsonb
language plpgsql immutable parallel safe as $body$
declare
    lines text[];
    names text[];
begin
    if jsonb_typeof(packed) is distinct from 'string' then
        return packed;
    end if;
    lines := string_to_array(packed #>> '{}', ';');
    names := string_to_array(lines[1], ',');
    return (
        select jsonb_agg(jsonb_strip_nulls(jsonb_object(names, string_to_array(line, ',', ''))) order by place)
        from unnest(lines[2:]) with ordinality as entries (line, place)
    );
end
$body$
"""
# A list from whose text it would not come back exactly as it is stays a list.
PACKED = """
create function raw.packed(listed jsonb) returns jsonb
language plpgsql immutable parallel safe as $body$
declare
    names text[];
    lines text[];
    packed jsonb;
begin
    if
        jsonb_typeof(listed) is distinct from 'array'
        or listed = '[]'
        or listed @? 'strict $[*] ? (@.type() != "object")'
    then
        return listed;
    end if;
    names := array(select distinct jsonb_object_keys(entry) from jsonb_array_elements(listed) as entry order by 1);
    lines := array_to_string(names, ',') || array(
        select array_to_string(array(select coalesce(entry ->> name, '') from unnest(names) as name), ',')
        from jsonb_array_elements(listed) as entry
    );
    packed := to_jsonb(array_to_string(lines, ';'));
    if cardinality(string_to_array(packed #>> '{}', ';')) <> cardinality(lines) or exists (
        select from unnest(lines) as line where cardinality(string_to_array(line, ',')) <> cardinality(names)
    ) then
        return listed;
    end if;
    return case when raw.unpacked(packed) = listed then packed else listed end;
end
$body$
"""
FIGURE_OF = """
create or replace function raw.figure_of(insight jsonb, figure text, action_type text) returns numeric
language sql immutable parallel safe as $body$
    select case
        when action_type is null then (insight ->> figure)::numeric
        else (
            select sum((entry ->> 'value')::numeric)
            from jsonb_array_elements(
                case when jsonb_typeof({figures}) = 'array' then {figures} else '[]' end
            ) as entry
            where entry ->> 'action_type' = figure_of.action_type
        )
    end
$body$
"""
LEFT_OUT = """
create or replace function raw.left_out_actions(came jsonb, known jsonb) returns jsonb
language sql immutable parallel safe as $body$
    select coalesce(jsonb_agg(entry order by entry ->> 'action_type'), '[]')
    from jsonb_array_elements(case when jsonb_typeof({known}) = 'array' then {known} else '[]' end) as entry
    where
        entry ? 'action_type'
        and (entry ->> 'value')::numeric <> 0
        and not exists (
            select from jsonb_array_elements(case when jsonb_typeof(came) = 'array' then came else '[]' end) as other
            where other ->> 'action_type' = entry ->> 'action_type'
        )
$body$
"""
LISTS = ("actions", "action_values", "conversions", "conversion_values", "other_actions")


def upgrade() -> None:
    op.execute(UNPACKED)
    op.execute(PACKED)
    op.execute(FIGURE_OF.format(figures="raw.unpacked(insight -> figure)"))
    op.execute(LEFT_OUT.format(known="raw.unpacked(known)"))
    op.execute("alter table raw.day_states add column packed_at timestamptz")
    # Rows of 28 days are written again and again: a fifth of a year's table would be dead before PostgreSQL looks.
    op.execute("alter table raw.insights set (autovacuum_vacuum_scale_factor = 0.02)")


def downgrade() -> None:
    for table in ("insights", "insight_readings"):
        listed = ", ".join(f"{name} = raw.unpacked({name})" for name in LISTS)
        packed = " or ".join(f"jsonb_typeof({name}) = 'string'" for name in LISTS)
        op.execute(f"update raw.{table} set {listed} where {packed}")
    op.execute("alter table raw.insights reset (autovacuum_vacuum_scale_factor)")
    op.execute("alter table raw.day_states drop column packed_at")
    op.execute(FIGURE_OF.format(figures="insight -> figure"))
    op.execute(LEFT_OUT.format(known="known"))
    op.execute("drop function raw.packed, raw.unpacked")
