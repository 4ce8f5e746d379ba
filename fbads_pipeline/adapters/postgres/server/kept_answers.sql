-- name: state
select ops.state_of(cast(:tables as text[]));
