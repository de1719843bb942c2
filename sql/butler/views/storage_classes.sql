create or replace view butler.storage_classes as
select name, false as is_users
from unnest('{
  AmpOffsetParameters, AmplifierArray, ApCorr, ApCorrMap, ArrowAstropy, ArrowAstropySchema, ArrowColumnList,
  ArrowNumpy, ArrowNumpyDict, ArrowNumpySchema, ArrowSchema, ArrowTable, AstropyQTable, AstropyTable, Background,
  BackgroundMap, Box2I, BoxV2, BrightStarStamps, BrighterFatterKernel, ButlerLogRecords, Camera, Catalog, CellCoadd,
  CellCoaddProvenance, CellPointSpreadFunction, CoaddInputs, ColorImage, Config, ConvolutionKernel, CrosstalkCalib,
  CurveX, DataFrame, DataFrameIndex, DataFrameSchema, DecoratedImage, DecoratedImageD, DecoratedImageF,
  DecoratedImageI, DecoratedImageL, DecoratedImageU, DecoratedImageX, Defects, DefectsList, Detector, DetectorV2,
  DifferenceImage, ElectrostaticBrighterFatterDistortionMatrix, Exposure, ExposureCatalog, ExposureD, ExposureF,
  ExposureI, ExposureL, ExposureSummaryStats, ExposureU, ExposureX, ExtendedPsfCandidates, ExtendedPsfImage,
  Extent2I, FiberSpectrum, Filter, FilterLabel, FocalPlaneBackground, HealSparseCoverage, HealSparseMap, Image,
  ImageD, ImageF, ImageField, ImageI, ImageL, ImageU, ImageV2, ImageX, IntrinsicZernikes, IsrCalib, Linearizer,
  LsstScarletModelData, Mask, MaskV2, MaskX, MaskedImage, MaskedImageD, MaskedImageF, MaskedImageI, MaskedImageL,
  MaskedImageU, MaskedImageV2, MaskedImageX, MatchingKernel, MatplotlibFigure, MetricMeasurementBundle, MetricValue,
  MultilevelParquetTable, MultipleCellCoadd, NNModelPackagePayload, NumpyArray, ObjectMaskCatalog, ObservationInfo,
  ObservationSummaryStats, PZModel, Packages, PeakCatalog, PhotoCalib, Photocalib, PhotonTransferCurveDataset,
  PhotozModel, Plot, Point2I, PointSpreadFunction, Polygon, PropertyList, PropertySet, ProvenanceQuantumGraph, Psf,
  QECurve, QPEnsemble, RegionTimeInfo, SSPAuxiliaryFile, ScarletModelData, ShutterMotionProfile, SimpleCatalog,
  SkyMap, SkyProjection, SkyWcs, SourceCatalog, Spectractor, SpectractorFitParameters, SpectractorImage,
  SpectractorSpectrum, Stamps, StampsBase, StarStamps, StrayLightData, StructuredDataDict, StructuredDataList,
  TablePersistable, TaskMetadata, Thumbnail, Timespan, Transform, TransmissionCurve, VignettingCorrection,
  VisitBackgroundModel, VisitGeometry, VisitImage, VisitInfo, Wcs, int}'::text[]) as known (name)
where name not in (select s.name from butler.storage_class s)
union all
select name, true from butler.storage_class;

comment on view butler.storage_classes is 'Names of storage classes that dataset types may have: those that the Data Butler configures, and what users put into butler.storage_class';
comment on column butler.storage_classes.name is 'Name, as dataset types give it';
comment on column butler.storage_classes.is_users is 'Whether a user added it';
grant select on butler.storage_classes to almagest_reader;
