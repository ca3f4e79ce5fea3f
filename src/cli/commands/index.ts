// Every command, in the order of help. The next command is one file and one line here.
import type { Command } from "../define-command.ts";
import { adaptersCombine } from "./adapters-combine.ts";
import { adaptersConvert } from "./adapters-convert.ts";
import { adaptersInfo } from "./adapters-info.ts";
import { benchTrain } from "./bench-train.ts";
import { benchmark } from "./benchmark.ts";
import { chat } from "./chat.ts";
import { completion } from "./completion.ts";
import { configProfiles } from "./config-profiles.ts";
import { configSchema } from "./config-schema.ts";
import { configShow } from "./config-show.ts";
import { dataClean } from "./data-clean.ts";
import { dataConfigurations } from "./data-configurations.ts";
import { dataConvert } from "./data-convert.ts";
import { dataCount } from "./data-count.ts";
import { dataCreate } from "./data-create.ts";
import { dataCustom } from "./data-custom.ts";
import { dataDedupe } from "./data-dedupe.ts";
import { dataDiff } from "./data-diff.ts";
import { dataDomains } from "./data-domains.ts";
import { dataExport } from "./data-export.ts";
import { dataFix } from "./data-fix.ts";
import { dataGenerate } from "./data-generate.ts";
import { dataHistory } from "./data-history.ts";
import { dataHybrid } from "./data-hybrid.ts";
import { dataIdentify } from "./data-identify.ts";
import { dataImport } from "./data-import.ts";
import { dataInit } from "./data-init.ts";
import { dataLimits } from "./data-limits.ts";
import { dataList } from "./data-list.ts";
import { dataMenu } from "./data-menu.ts";
import { dataMerge } from "./data-merge.ts";
import { dataPrepare } from "./data-prepare.ts";
import { dataPrices } from "./data-prices.ts";
import { dataPull } from "./data-pull.ts";
import { dataPush } from "./data-push.ts";
import { dataQuality } from "./data-quality.ts";
import { dataRate } from "./data-rate.ts";
import { dataRemove } from "./data-remove.ts";
import { dataRestore } from "./data-restore.ts";
import { dataSample } from "./data-sample.ts";
import { dataScaffold } from "./data-scaffold.ts";
import { dataSplit } from "./data-split.ts";
import { dataStats } from "./data-stats.ts";
import { dataSync } from "./data-sync.ts";
import { dataValidate } from "./data-validate.ts";
import { dataWrite } from "./data-write.ts";
import { doctor } from "./doctor.ts";
import { evaluate } from "./evaluate.ts";
import { exportCommand } from "./export.ts";
import { generate } from "./generate.ts";
import { info } from "./info.ts";
import { init } from "./init.ts";
import { jobsCancel } from "./jobs-cancel.ts";
import { jobsFollow } from "./jobs-follow.ts";
import { jobsList } from "./jobs-list.ts";
import { jobsPause } from "./jobs-pause.ts";
import { jobsRemove } from "./jobs-remove.ts";
import { jobsResume } from "./jobs-resume.ts";
import { jobsRetry } from "./jobs-retry.ts";
import { jobsShow } from "./jobs-show.ts";
import { jobsSubmit } from "./jobs-submit.ts";
import { jobsWork } from "./jobs-work.ts";
import { mcp } from "./mcp.ts";
import { merge } from "./merge.ts";
import { modelsConvert } from "./models-convert.ts";
import { modelsDelete } from "./models-delete.ts";
import { modelsInfo } from "./models-info.ts";
import { modelsList } from "./models-list.ts";
import { modelsPull } from "./models-pull.ts";
import { modelsSearch } from "./models-search.ts";
import { recommend } from "./recommend.ts";
import { remoteCheckCommand } from "./remote-check.ts";
import { remoteCheckpointsCommand } from "./remote-checkpoints.ts";
import { remoteCompareCommand } from "./remote-compare.ts";
import { remoteDownloadCommand } from "./remote-download.ts";
import { remoteFollowCommand } from "./remote-follow.ts";
import { remoteHostsCommand } from "./remote-hosts.ts";
import { remoteModelsCommand } from "./remote-models.ts";
import { remoteRunsCommand } from "./remote-runs.ts";
import { remoteStatusCommand } from "./remote-status.ts";
import { remoteTestCommand } from "./remote-test.ts";
import { remoteTrainCommand } from "./remote-train.ts";
import { remoteWorkCommand } from "./remote-work.ts";
import { runsCompare } from "./runs-compare.ts";
import { runsDelete } from "./runs-delete.ts";
import { runsExport } from "./runs-export.ts";
import { runsFollow } from "./runs-follow.ts";
import { runsList } from "./runs-list.ts";
import { runsPlot } from "./runs-plot.ts";
import { runsPrune } from "./runs-prune.ts";
import { runsShow } from "./runs-show.ts";
import { runsStop } from "./runs-stop.ts";
import { serve } from "./serve.ts";
import { storeBackup } from "./store-backup.ts";
import { storeCheck } from "./store-check.ts";
import { storeCompact } from "./store-compact.ts";
import { storeRestore } from "./store-restore.ts";
import { studio } from "./studio.ts";
import { templatesList } from "./templates-list.ts";
import { trainListData } from "./train-list-data.ts";
import { trainQuick } from "./train-quick.ts";
import { trainResume } from "./train-resume.ts";
import { trainStart } from "./train-start.ts";
import { trainSweep } from "./train-sweep.ts";
import { trainValidate } from "./train-validate.ts";
import { trainWorker } from "./train-worker.ts";
import { upload } from "./upload.ts";
import { verify } from "./verify.ts";

export const commands: readonly Command[] = [
  trainQuick,
  trainStart,
  trainResume,
  trainSweep,
  trainValidate,
  trainWorker,
  trainListData,
  remoteTrainCommand,
  remoteModelsCommand,
  remoteRunsCommand,
  remoteCheckpointsCommand,
  remoteDownloadCommand,
  remoteTestCommand,
  remoteCompareCommand,
  remoteHostsCommand,
  remoteCheckCommand,
  remoteFollowCommand,
  remoteStatusCommand,
  remoteWorkCommand,
  generate,
  chat,
  serve,
  studio,
  evaluate,
  benchmark,
  mcp,
  merge,
  exportCommand,
  adaptersInfo,
  adaptersConvert,
  adaptersCombine,
  recommend,
  benchTrain,
  info,
  doctor,
  init,
  dataMenu(() => commands),
  dataCreate,
  dataHybrid,
  dataCustom,
  dataScaffold,
  dataGenerate,
  dataDomains,
  dataPrices,
  dataCount,
  dataStats,
  dataSample,
  dataIdentify,
  dataInit,
  dataPrepare,
  dataPull,
  dataPush,
  dataValidate,
  dataFix,
  dataConvert,
  dataExport,
  dataLimits,
  dataDedupe,
  dataClean,
  dataQuality,
  dataRate,
  dataSplit,
  dataImport,
  dataWrite,
  dataList,
  dataHistory,
  dataDiff,
  dataMerge,
  dataRestore,
  dataSync,
  dataRemove,
  dataConfigurations,
  modelsList,
  modelsInfo,
  modelsPull,
  modelsConvert,
  modelsSearch,
  modelsDelete,
  verify,
  upload,
  configShow,
  configProfiles,
  configSchema,
  completion(() => commands),
  templatesList,
  runsList,
  runsShow,
  runsFollow,
  runsStop,
  runsPlot,
  runsCompare,
  runsExport,
  runsDelete,
  runsPrune,
  jobsList,
  jobsShow,
  jobsFollow,
  jobsWork,
  jobsSubmit,
  jobsCancel,
  jobsPause,
  jobsResume,
  jobsRetry,
  jobsRemove,
  storeBackup,
  storeRestore,
  storeCheck,
  storeCompact,
];
