comment on schema obscore is 'ObsCore tables of registries: made from a configuration by obscore.create, kept in step with the registry by triggers, published as ivoa.obscore';
