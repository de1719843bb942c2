create table t (id int, name text, made timestamptz);
create function report() returns trigger language plv8 as $$
  plv8.elog(NOTICE, TG_NAME, TG_WHEN, TG_LEVEL, TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME,
            TG_RELID === plv8.execute("select 't'::regclass::oid as o")[0].o, JSON.stringify(TG_ARGV));
  plv8.elog(NOTICE, JSON.stringify(NEW), JSON.stringify(OLD));
$$;
create trigger before_row before insert or update or delete on t for each row execute function report('a', 'b c');
create trigger after_row after insert or update or delete on t for each row execute function report();
create trigger before_statement before insert or update or delete or truncate on t for each statement execute function report();
create trigger after_statement after truncate on t for each statement execute function report();
insert into t values (1, 'x', null);
update t set name = 'y';
delete from t;
truncate t;
drop table t;

-- What a row trigger returns: nothing lets the row pass, null skips it, an object replaces it.
create table t (id int, name text, n int generated always as (id * 2) stored);
create function decide() returns trigger language plv8 as $$
  const row = NEW || OLD;
  switch (row.name) {
    case 'skip': return null;
    case 'change': NEW.name = 'changed'; NEW.id += 100; return NEW;
    case 'ignored': NEW.name = 'not returned'; return;
    case 'other': return {id: -1, name: 'other object', n: null};
    case 'short': return {id: 1};
    case 'number': return 5;
    case 'bad': NEW.id = 'x'; return NEW;
    case 'extra': NEW.surplus = 1; return NEW;
  }
$$;
create trigger decide before insert or update or delete on t for each row execute function decide();
insert into t values (1, 'plain'), (2, 'skip'), (3, 'change'), (4, 'ignored'), (5, 'other'), (6, 'extra');
select * from t order by id;
insert into t values (7, 'short');
insert into t values (7, 'number');
insert into t values (7, 'bad');
update t set name = 'change' where id = 1 returning *;
update t set name = 'skip' where id = 4 returning *;
alter table t disable trigger decide;
insert into t values (9, 'skip');
alter table t enable trigger decide;
delete from t where name = 'skip' returning *;
delete from t where name = 'plain' returning *;
select * from t order by id;

-- Columns that were dropped or added meanwhile.
alter table t drop column n;
alter table t add column d date default '2020-01-01';
insert into t (id, name) values (10, 'change') returning *;

-- INSTEAD OF, on a view.
create view v as select id, name from t;
create function on_view() returns trigger language plv8 as $$
  plv8.elog(NOTICE, TG_WHEN, TG_OP);
  plv8.execute('insert into t (id, name) values ($1, $2)', [NEW.id, 'by view']);
  return NEW;
$$;
create trigger on_view instead of insert on v for each row execute function on_view();
insert into v values (11, 'x') returning *;
select id, name from t where id = 11;

-- Transition tables are visible to queries in statement triggers, and in row triggers after the event.
create table counted (op text, olds int, news int);
create function count_rows() returns trigger language plv8 as $$
  const count = (name) => plv8.execute(`select count(*)::int as n, coalesce(sum(id), 0)::int as s from ${name}`)[0];
  const o = TG_OP === 'INSERT' ? null : count('old_rows'), n = TG_OP === 'DELETE' ? null : count('new_rows');
  plv8.elog(NOTICE, TG_OP, JSON.stringify(o), JSON.stringify(n));
$$;
create table bulk (id int);
create trigger i after insert on bulk referencing new table as new_rows for each statement execute function count_rows();
create trigger u after update on bulk referencing old table as old_rows new table as new_rows for each statement execute function count_rows();
create trigger d after delete on bulk referencing old table as old_rows for each statement execute function count_rows();
insert into bulk select generate_series(1, 1000);
update bulk set id = id + 1 where id <= 10;
delete from bulk where id > 500;
insert into bulk select 1 where false;
create function peek() returns trigger language plv8 as $$
  const plan = plv8.prepare('select count(*)::int as n from new_rows');
  const cursor = plan.cursor();
  plv8.elog(NOTICE, NEW.id, plan.execute()[0].n, cursor.fetch().n);
  cursor.close();
$$;
create trigger r after insert on bulk referencing new table as new_rows for each row execute function peek();
insert into bulk values (-1), (-2);

-- A trigger function is no other function, and an error in it undoes the statement.
select report();
create function with_arguments(x int) returns trigger language plv8 as $$ $$;
create function refuse() returns trigger language plv8 as $$ throw Object.assign(new Error('refused ' + NEW.id), {code: '23514'}) $$;
create trigger refuse before insert on counted for each row execute function refuse();
insert into counted values ('x', 1, 2);
select * from counted;

-- What a trigger stores keeps to the columns' length, precision and scale.
create table limits (s varchar(3), c char(4), n numeric(5, 2), t timestamp(0), l varchar(2)[]);
create function overfill() returns trigger language plv8 as $$
  Object.assign(NEW, {ok: {c: 'x', n: 1.239, t: '2020-01-01 00:00:00.7', l: ['a', 'bc', null]}, s: {s: 'long'}, n: {n: 1000.5}, l: {l: ['abc']}}[NEW.s]);
  return NEW;
$$;
create trigger overfill before insert on limits for each row execute function overfill();
insert into limits values ('ok') returning *, octet_length(c);
insert into limits values ('s');
insert into limits values ('n');
insert into limits values ('l');

-- One function as the trigger of two tables.
create table a (x int); create table b (y text, z int);
create function shared() returns trigger language plv8 as $$ plv8.elog(NOTICE, TG_TABLE_NAME, Object.keys(NEW).join()); return NEW $$;
create trigger shared before insert on a for each row execute function shared();
create trigger shared before insert on b for each row execute function shared();
insert into a values (1); insert into b values ('x', 2); insert into a values (3);

create function on_ddl() returns event_trigger language plv8 as $$ $$;
