comment on type obscore.observation is 'One row of ivoa.obscore: the mandatory columns of ObsCore 1.1 and the optional ones that registries can fill';
