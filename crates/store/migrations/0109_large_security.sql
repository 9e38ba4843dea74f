-- Large security and pledges take a second person: the grants that came with the roles end after the last act before,
-- where the utility left them as they came.

update role_permission set to_at = coalesce((select max(done_at) from audit), 0) + 1
where role in ('clerk', 'collector') and permission = 'keep-credit' and from_at = 0 and to_at is null;

insert into role_permission (role, permission, limit_cents, four_eyes, from_at)
select role, permission, 1000000, 1, to_at from role_permission
where role in ('clerk', 'collector') and permission = 'keep-credit' and from_at = 0
and to_at = coalesce((select max(done_at) from audit), 0) + 1;
