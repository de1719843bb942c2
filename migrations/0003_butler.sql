-- Registries of images: each is a schema of its own, which butler.create_registry makes or butler.attach finds.
create schema butler;

create table butler.registry (
  name name primary key,
  origin text not null check (origin in ('created', 'attached')),
  since timestamptz not null default now()
);

-- What clients of the Data Butler know by themselves; a survey adds its own.
create table butler.storage_class (
  name text primary key
);

insert into butler.storage_class (name)
values
  ('AmpOffsetParameters'), ('AmplifierArray'), ('ApCorr'), ('ApCorrMap'), ('ArrowAstropy'),
  ('ArrowColumnList'), ('ArrowNumpy'), ('ArrowNumpyDict'), ('ArrowSchema'), ('ArrowTable'), ('AstropyQTable'),
  ('AstropyTable'), ('Background'), ('BrightStarStamps'), ('BrighterFatterKernel'), ('ButlerLogRecords'),
  ('Camera'), ('CellCoadd'), ('CoaddInputs'), ('Config'), ('CrosstalkCalib'), ('CurveX'), ('DataFrame'),
  ('DataFrameIndex'), ('DataFrameSchema'), ('DecoratedImage'), ('DecoratedImageD'), ('DecoratedImageF'),
  ('DecoratedImageI'), ('DecoratedImageL'), ('DecoratedImageU'), ('DecoratedImageX'), ('Defects'),
  ('DefectsList'), ('Detector'), ('ElectrostaticBrighterFatterDistortionMatrix'), ('Exposure'),
  ('ExposureCatalog'), ('ExposureD'), ('ExposureF'), ('ExposureI'), ('ExposureL'), ('ExposureU'),
  ('ExposureX'), ('Filter'), ('FilterLabel'), ('HealSparseMap'), ('Image'), ('ImageD'), ('ImageF'), ('ImageI'),
  ('ImageL'), ('ImageU'), ('ImageX'), ('IntrinsicZernikes'), ('IsrCalib'), ('Linearizer'),
  ('LsstScarletModelData'), ('Mask'), ('MaskX'), ('MaskedImage'), ('MaskedImageD'), ('MaskedImageF'),
  ('MaskedImageI'), ('MaskedImageL'), ('MaskedImageU'), ('MaskedImageX'), ('MatplotlibFigure'),
  ('MetricMeasurementBundle'), ('MetricValue'), ('MultilevelParquetTable'), ('MultipleCellCoadd'),
  ('NNModelPackagePayload'), ('NumpyArray'), ('Packages'), ('PeakCatalog'), ('PhotoCalib'), ('Photocalib'),
  ('PhotonTransferCurveDataset'), ('Plot'), ('Polygon'), ('PropertyList'), ('PropertySet'),
  ('ProvenanceQuantumGraph'), ('Psf'), ('QECurve'), ('RegionTimeInfo'), ('SSPAuxiliaryFile'),
  ('ScarletModelData'), ('ShutterMotionProfile'), ('SimpleCatalog'), ('SkyMap'), ('SkyWcs'), ('SourceCatalog'),
  ('Spectractor'), ('SpectractorFitParameters'), ('SpectractorImage'), ('SpectractorSpectrum'), ('StampsBase'),
  ('StarStamps'), ('StructuredDataDict'), ('StructuredDataList'), ('TaskMetadata'), ('Thumbnail'),
  ('Timespan'), ('TransmissionCurve'), ('VisitBackgroundModel'), ('VisitGeometry'), ('VisitImage'),
  ('VisitInfo'), ('Wcs');
