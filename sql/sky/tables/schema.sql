comment on schema sky is 'Geometry of the sky: regions, pixels, coordinates, times, and searches of any table that has positions; angles in degrees, ICRS, unless a name says otherwise';
