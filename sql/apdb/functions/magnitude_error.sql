create or replace function apdb.magnitude_error(flux float8, error float8)
returns float8
language sql immutable parallel safe
return case when flux > 0 and flux < 'Infinity' and error >= 0 and error < 'Infinity'
  then 1.0857362047581296::float8 * error / flux end;

comment on function apdb.magnitude_error(float8, float8) is
'Error of the magnitude of a flux [nJy] that has an error [nJy]: 2.5 / ln(10) · error / flux, to first order [mag]; NULL where the flux is not positive and finite, or the error is negative or not finite.';
