"""raw.ad_creatives: what each ad shows; ops.creative_pictures: the bytes of their pictures, whose addresses expire."""

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

# creative_key: one for all ads with the same picture or video.
CREATIVES = """
create table raw.ad_creatives (
    ad_id text primary key,
    account_id text not null,
    creative_id text not null,
    creative_key text not null,
    title text,
    body text,
    call_to_action text,
    link text,
    object_type text,
    image_hash text,
    video_id text,
    story_id text,
    instagram_permalink text,
    picture_url text,
    collected_at timestamptz not null
);
create index creatives_of_account on raw.ad_creatives (account_id, creative_key)
"""
# refused: why there are no bytes; tried anew a day later.
PICTURES = """
create table ops.creative_pictures (
    account_id text not null,
    creative_key text not null,
    media_type text check (media_type in ('image/jpeg', 'image/png', 'image/gif', 'image/webp')),
    width integer,
    height integer,
    content bytea,
    refused text,
    fetched_at timestamptz not null,
    primary key (account_id, creative_key),
    check ((content is null) = (media_type is null) and (content is null) = (refused is not null))
)
"""


def upgrade() -> None:
    op.execute(CREATIVES)
    op.execute(PICTURES)


def downgrade() -> None:
    op.execute("drop table ops.creative_pictures")
    op.execute("drop table raw.ad_creatives")
