#include "cli/options/option_table.hpp"

#include <algorithm>
#include <array>

#include "core/error.hpp"

namespace mpilogit::cli {

namespace {

constexpr unsigned kFit = kTrain | kPath | kCrossValidate;
constexpr unsigned kRecorded = kFit | kPredict | kEvaluate;
constexpr unsigned kData = kRecorded | kReport;
constexpr unsigned kAll = kData | kInspect;
constexpr unsigned kConvert = kImport | kExport | kSynthesize;

using enum OptionKind;

// What an option names, needs and changes, as the rows below say it.
constexpr Option without_effect(Option option) {
  option.changes_result = false;
  return option;
}
constexpr Option naming(Names names, Option option) {
  option.names = names;
  return option;
}
constexpr Option of_reading(Option option) {
  option.of_reading = true;
  return option;
}
constexpr Option needing(std::string_view others, Option option, unsigned commands = ~0U) {
  option.needs = others;
  option.needing_commands = commands;
  return option;
}
constexpr Option writes(Option option) {
  return without_effect(naming(Names::output, option));
}
constexpr Option appends(Option option) {
  return without_effect(naming(Names::appended, option));
}
constexpr Option reads(Option option) {
  return naming(Names::input, option);
}
constexpr Option may_read(Option option) {
  return naming(Names::input_or_array, option);
}
constexpr Option of_features(Option option) {
  return naming(Names::values_of_features, option);
}

constexpr std::array kOptions = {
    writes(Option{"model", value, "FILE", "", "where the trained model goes (HDF5); required", kFit,
                  ""}),
    writes(Option{
        "diagnostics", value, "FILE", "",
        "write leverage, residuals and Cook's distance of every row there (HDF5; two classes, "
        "no L1 penalty, no bounds)",
        kTrain, ""}),
    writes(Option{"output", value, "FILE", "", "where the predictions go (HDF5); required",
                  kPredict, ""}),
    writes(
        Option{"output", value, "FILE", "", "where the page goes (HTML); required", kReport, ""}),
    writes(Option{"output", value, "FILE", "", "where the data set goes (HDF5); required",
                  kSynthesize, ""}),
    writes(Option{"output", value, "FILE", "",
                  "where the data set or the model goes (HDF5); required", kImport, ""}),
    writes(Option{"output", value, "FILE", "", "where the model goes in its new form; required",
                  kExport, ""}),
    Option{"format", value, "FORM", "", "{forms}; required", kExport, ""},
    reads(Option{"data", value, "FILE", "",
                 "labelled rows to score; files after the model continue this data set", kReport,
                 ""}),
    Option{"step", value, "N", "", "which model of a file that `path` wrote, counted from 0",
           kPredict | kEvaluate | kInspect | kReport | kExport, ""},

    needing(
        "data",
        Option{"features", value, "NAME", "X", "data set or CSR group of the features", kAll, ""},
        kReport),
    needing("data",
            Option{"labels", value, "NAME", "y", "data set of the labels",
                   kFit | kEvaluate | kInspect | kReport, ""},
            kReport),
    needing("data",
            Option{"trials", optional_value, "NAME", "trials",
                   "the labels are counts of successes among so many trials",
                   kFit | kEvaluate | kInspect | kReport, ""},
            kReport),
    needing("data",
            Option{"weights", optional_value, "NAME", "weights",
                   "weight the rows by this data set (weight 2 is the row twice, 0 is no row)",
                   kFit | kEvaluate | kReport, ""},
            kReport),
    needing("data",
            Option{"offsets", optional_value, "NAME", "offsets",
                   "add this data set to the margins of the rows", kData, ""},
            kReport),
    Option{"groups", optional_value, "NAME", "groups",
           "rows of one group, a data set of integers or strings, stay in one fold", kCrossValidate,
           ""},
    Option{"by", value, "NAME", "",
           "metrics of each group of rows too: those of one value of this data set, integers or "
           "strings",
           kEvaluate, ""},
    needing("data",
            of_reading(without_effect(Option{
                "io", value, "MODE", "auto",
                "how ranks read: auto, collective, independent or posix", kAll | kVerify, ""})),
            kReport),
    needing(
        "data",
        of_reading(without_effect(Option{
            "memory", value, "SIZE", "auto",
            "what the ranks of a host may take together (512M, 4G, 1.5T); rows that do not fit are "
            "read again in every pass, which changes no bit of any result. auto is 90 % of what "
            "the "
            "job may use (docs/streaming.md)",
            kAll | kVerify, ""})),
        kReport),
    of_reading(Option{"allow-external", flag, "", "",
                      "virtual data sets may have parts in files of other folders than their own",
                      kAll | kVerify, ""}),
    of_reading(Option{
        "allow-plugins", flag, "", "",
        "load HDF5 filters that are not built in from HDF5_PLUGIN_PATH or HDF5's own folder: "
        "their code runs with your rights",
        kAll | kVerify, ""}),
    of_reading(Option{
        "trust-input", flag, "", "",
        "read HDF5 files without having a process apart read them first, over which HDF5 may "
        "crash (docs/safety.md)",
        kAll | kSummarize | kExport | kVerify, ""}),

    Option{"unseen", value, "RULE", "error",
           "of raw tables: what to do with a category that the model does not know: error, or "
           "baseline (none of its column's features is 1)",
           kPredict | kEvaluate, ""},

    Option{"degree", value, "N", "1",
           "products of up to N features as further features, made on the fly", kFit, ""},
    Option{"interactions", flag, "", "",
           "products of different features only, no powers (of two, or of --degree)", kFit, ""},
    Option{"class-weight", value, "WEIGHTS", "",
           "`balanced`, or label=weight,...: multiplies the weights of the rows of a class", kFit,
           ""},
    Option{
        "one-vs-rest", flag, "", "",
        "for more than two classes: a model of each class against all others, instead of softmax",
        kTrain, ""},

    Option{"l2", value, "LAMBDA", "0", "L2 penalty: adds LAMBDA/2 times the squared coefficients",
           kTrain, ""},
    Option{"l1", value, "LAMBDA", "0",
           "L1 penalty: adds LAMBDA times the coefficients' magnitudes; makes zeros", kTrain, ""},
    Option{"firth", flag, "", "",
           "Firth's penalised likelihood: finite estimates also of separated classes, less bias in "
           "small samples (two classes, no other penalty)",
           kTrain, ""},
    Option{"C", value, "C", "",
           "the penalty as scikit-learn spells it: L2 of 1/(C S), S the sum of the weights", kTrain,
           ""},
    Option{"lambda", value, "LAMBDA", "",
           "the penalty as glmnet spells it: L1 of ALPHA LAMBDA and L2 of (1 - ALPHA) LAMBDA",
           kTrain, ""},
    needing("lambda", Option{"alpha", value, "ALPHA", "1",
                             "the L1 share of the penalty, with --lambda", kTrain, ""}),
    needing("C", Option{"l1-ratio", value, "SHARE", "0", "the L1 share of the penalty, with --C",
                        kTrain, ""}),
    Option{"alpha", value, "ALPHA", "1", "the L1 share of the penalty", kPath, ""},
    Option{"alpha", value, "ALPHA[,...]", "1", "the L1 shares of the penalty that are tried",
           kCrossValidate, ""},
    Option{"lambdas", value, "N", "100",
           "how many penalties, in equal ratios from the least that makes all coefficients zero",
           kPath | kCrossValidate, ""},
    Option{"lambda-ratio", value, "RATIO", "auto",
           "the last penalty over the first; auto is 1e-4, or 1e-2 with more features than rows",
           kPath | kCrossValidate, ""},
    Option{"enough", value, "SHARE", "0.999",
           "end the path once so much of the deviance is explained, or nothing is gained; 1: go on",
           kPath, ""},
    Option{"standardize", flag, "", "",
           "penalise the coefficients of standardised features (the data is not touched, and "
           "coefficients are reported in the data's units)",
           kFit, ""},
    of_features(Option{
        "penalty-factors", optional_value, "NAME", "penalty_factors",
        "multiply the penalty of each feature by this data set: 0 leaves it free, inf leaves "
        "it out",
        kFit, ""}),
    of_features(Option{"lower", value, "BOUND", "",
                       "no coefficient below this number, or this data set of one per feature",
                       kFit, ""}),
    of_features(Option{"upper", value, "BOUND", "",
                       "no coefficient above this number, or this data set of one per feature",
                       kFit, ""}),
    reads(Option{"prior", value, "MODEL", "",
                 "penalise the distance to the coefficients of this model instead of to 0", kFit,
                 ""}),
    reads(Option{"start", value, "MODEL", "",
                 "start from this model: features go by name, unknown ones from 0", kTrain, ""}),

    Option{"inference", optional_value, "METHOD", "exact",
           "standard errors, z and p values, deviances: the numbers that R's glm prints; estimate: "
           "for very many features under a penalty, errors alone, from random probes",
           kTrain, ""},
    needing("inference",
            Option{"probes", value, "N", "64",
                   "of --inference=estimate: its error falls with their root", kTrain, ""}),
    needing(
        "inference",
        Option{"profile", value, "NAMES", "",
               "profile-likelihood intervals for these coefficients: \"age, 'years of school'\"",
               kTrain, ""}),
    needing(
        "inference",
        Option{
            "robust", optional_value, "KIND", "hc1",
            "standard errors that do not trust the model's variance: hc0, or hc1 with n / (n - k)",
            kTrain, ""}),
    needing(
        "inference",
        Option{"clusters", optional_value, "NAME", "clusters",
               "standard errors for rows that are alike within clusters, a data set of integers or "
               "strings",
               kTrain, ""}),
    needing(
        "weights inference",
        Option{
            "weight-kind", value, "KIND", "frequency",
            "what --weights are: frequency (2 is the row twice) or sampling (a row stands for so "
            "many others; makes --robust=hc1 the default of --inference)",
            kTrain, ""}),
    needing("inference", Option{"covariance", flag, "", "",
                                "store the whole covariance matrix of the estimates", kTrain, ""}),
    needing("inference",
            without_effect(Option{"confidence", value, "LEVEL", "0.95",
                                  "of the confidence intervals that are shown", kTrain, ""})),
    needing("inference",
            Option{"force", flag, "", "",
                   "--inference under a penalty or bounds, whose errors are none of an estimate",
                   kTrain, ""}),

    Option{"folds", value, "K", "5", "parts of the rows, each predicted from the others",
           kCrossValidate, ""},
    Option{"choose", value, "RULE", "min",
           "min: the penalty of the least mean log-loss; 1se: the strongest within one standard "
           "error of it",
           kCrossValidate, ""},
    Option{"seed", value, "N", "0", "of the folds", kCrossValidate, ""},

    Option{"solver", value, "NAME", "auto", "{solvers}; auto is newton or proximal-newton", kTrain,
           ""},
    Option{"solver", value, "NAME", "auto",
           "{solvers of sequences}; auto is newton or proximal-newton", kPath | kCrossValidate, ""},
    Option{"tolerance", value, "GAP", "1e-9",
           "stop when the objective is within this relative distance of its optimum, as estimated",
           kFit, ""},
    Option{"max-iterations", value, "N", "auto",
           "stop after N iterations, of sgd: epochs; auto is {iterations}", kFit, ""},
    Option{"history", value, "N", "10", "pairs of steps and gradients that are kept", kFit,
           "lbfgs owlqn"},
    Option{"learning-rate", value, "STEP", "auto",
           "gradient-descent: the length of every step, instead of a line search; sgd: the first "
           "step, in units of the inverse curvature (auto is 0.5)",
           kTrain, "gradient-descent sgd"},
    Option{"decay", value, "RATE", "0.1",
           "the step is the first divided by (1 + RATE t), t counted in epochs", kTrain, "sgd"},
    Option{"batch-size", value, "ROWS", "1024", "rows in a mini-batch, rounded to whole blocks",
           kTrain, "sgd"},
    Option{"seed", value, "N", "0", "of the order in which blocks are visited", kTrain, "sgd"},

    Option{"classes", value, "A,B", "0,1",
           "the two classes of a table that does not name them; the coefficients speak for B",
           kImport, "", "coefficients"},
    Option{"step", value, "N", "",
           "which column of a table with one for each of several penalties, counted from 0",
           kImport, "", "coefficients"},
    Option{"base", value, "BASE", "auto",
           "the number of the first column: 0 or 1; auto is 1 unless a column 0 occurs", kImport,
           "", "libsvm"},
    reads(Option{"like", value, "FILE", "",
                 "number the columns as this data set or model does that came from LIBSVM's text, "
                 "and have as many: for rows that a model of it shall predict",
                 kImport, "", "libsvm"}),
    Option{
        "features-count", value, "N", "auto",
        "how many columns there are, where the last ones may be empty; auto: up to the last that "
        "occurs",
        kImport, "", "libsvm"},
    Option{"storage", value, "TYPE", "auto",
           "float32 or float64; auto is float32 if that holds every value exactly", kImport, "",
           "libsvm csv"},
    Option{
        "features", value, "NAME", "auto",
        "which array of an .npz file holds the features; auto: the only one with two dimensions, "
        "or a matrix that scipy.sparse.save_npz wrote",
        kImport, "", "npy"},
    may_read(
        Option{"labels", value, "NAME", "",
               "labels: an .npy file, or the name of an array in the .npz file of the features",
               kImport, "", "npy"}),
    may_read(Option{
        "weights", value, "NAME", "",
        "weights of the rows: an .npy file, or the name of an array in the .npz file or of a "
        "column",
        kImport, "", "npy csv"}),
    Option{"label", value, "NAME", "", "the column of the labels; required", kImport, "", "csv"},
    Option{"no-label", flag, "", "", "there is none", kImport, "", "csv"},
    Option{"delimiter", value, "CHARACTER", "auto",
           "between fields; auto is that of `, ; tab |` which the first line has most of", kImport,
           "", "csv"},
    Option{"quote", value, "CHARACTER", "\"", "around fields; or none", kImport, "", "csv"},
    Option{"no-header", flag, "", "",
           "the first line is a row: columns are called \"column 0\", \"column 1\", ...", kImport,
           "", "csv"},
    Option{"columns", value, "NAMES", "", "the only columns that become features: a,b,'c, d'",
           kImport, "", "csv"},
    Option{"ignore", value, "NAMES", "", "columns that become no features", kImport, "", "csv"},
    Option{"categorical", value, "NAMES", "", "columns of numbers that are codes", kImport, "",
           "csv"},
    Option{"dates", value, "NAMES", "",
           "columns of ISO 8601 dates, which become seconds since 1970", kImport, "", "csv"},
    Option{"hash", value, "NAMES", "",
           "columns whose texts go into --buckets by their hash, instead of a feature each",
           kImport, "", "csv"},
    needing("hash", Option{"buckets", value, "N", "1024", "features of each column of --hash",
                           kImport, "", "csv"}),
    Option{"max-categories", value, "N", "1000", "that a column may have", kImport, "", "csv"},
    Option{"drop-level", value, "WHICH", "first",
           "the category of a column that gets no feature, for the others are compared with it: "
           "first, most-frequent or none",
           kImport, "", "csv"},
    Option{"missing", value, "RULE", "error",
           "what to do where a field has no value: error; drop the row; or mean, and a feature "
           "that says so",
           kImport, "", "csv"},
    Option{"missing-values", value, "TEXTS", ",NA,N/A,NaN,nan,null,NULL,None",
           "fields that have no value; those that are empty never have", kImport, "", "csv"},
    Option{"form", value, "FORM", "auto",
           "dense or csr; auto is csr where there are categories and it is smaller", kImport, "",
           "csv"},

    Option{"rows", value, "N", "", "rows that are made; required", kSynthesize, ""},
    Option{"features", value, "N", "", "columns of each; required", kSynthesize, ""},
    Option{"density", value, "SHARE", "1", "share of the values that are stored; below 1: as CSR",
           kSynthesize, ""},
    Option{
        "condition", value, "K", "1",
        "the first column's scale over the last one's, as a power of two; the Hessian's condition "
        "goes with its square",
        kSynthesize, ""},
    Option{"correlation", value, "SHARE", "0", "of each two columns, below 1", kSynthesize, ""},
    Option{"balance", value, "SHARE", "0.5", "share of class 1, of two classes", kSynthesize, ""},
    Option{"classes", value, "K", "2", "above 2: drawn from a softmax", kSynthesize, ""},
    Option{"signal", value, "S", "2",
           "standard deviation of the true margins: how well the features tell the classes apart",
           kSynthesize, ""},
    Option{"storage", value, "TYPE", "float32", "float32, float64, int8, uint8 or bool",
           kSynthesize, ""},
    Option{"seed", value, "N", "0", "another one, other data", kSynthesize, ""},

    needing(
        "data",
        Option{
            "plane", value, "A,B", "",
            "show the decision boundary over these two features of the data, by name (or, without "
            "names, number); else over the two of the largest effect",
            kReport, ""}),
    Option{"title", value, "TEXT", "", "title of the page, instead of the model's file name",
           kReport, ""},
    Option{"bins", value, "N", "10", "bins of probability of the reliability table", kEvaluate, ""},
    Option{"cost", value, "FP:FN", "",
           "find the threshold that costs least when a row of class 0 that is called 1 costs FP, "
           "and one of class 1 that is called 0 FN",
           kEvaluate, ""},
    writes(Option{"curves", value, "FILE", "",
                  "write ROC and precision-recall curves, histogram and reliability there (HDF5)",
                  kEvaluate, ""}),

    Option{"top", value, "N", "all", "show only the N coefficients of largest magnitude", kInspect,
           ""},

    Option{"top", value, "N", "auto",
           "show only the N features of largest |z|; `all`; auto shows 50 rows if there are more",
           kSummarize, ""},
    Option{"strongest", flag, "", "", "order the features by |z|", kSummarize, ""},
    Option{"stars", flag, "", "", "mark small p by stars", kSummarize, ""},
    without_effect(Option{"confidence", value, "LEVEL", "that of the model",
                          "of the intervals, such as 0.99", kSummarize, ""}),
    needing(
        "inference",
        Option{
            "test", value, "HYPOTHESES", "",
            "Wald's test of linear hypotheses, such as \"age = 0, 2*hours = 'x 1'\"; a semicolon "
            "begins another test",
            kTrain | kSummarize, ""},
        kTrain),

    Option{"retrain", flag, "", "",
           "train again, as recorded, and say whether the coefficients have the same bits; nothing "
           "is written",
           kVerify, ""},

    writes(Option{
        "checkpoint", value, "FILE", "",
        "keep the state of the run there now and then; the same command goes on from it, on any "
        "number of ranks, to the same bits. SIGUSR1 asks for one; SIGTERM, SIGINT, SIGUSR2 and "
        "SIGXCPU for one and the end (exit code 75)",
        kFit, ""}),
    needing("checkpoint",
            without_effect(Option{"checkpoint-every", value, "TIME", "60s",
                                  "how often: a time like 60s or 5m, or a number of iterations",
                                  kFit, ""})),
    needing(
        "checkpoint",
        without_effect(Option{
            "resume", flag, "", "",
            "go on from the checkpoint if there is one, and begin if not: what --checkpoint does "
            "anyway, said aloud",
            kFit, ""})),
    needing("checkpoint",
            without_effect(Option{"restart", flag, "", "",
                                  "begin anew, whatever --checkpoint holds", kFit, ""})),

    needing(
        "data",
        of_reading(without_effect(Option{
            "threads", value, "N", "auto",
            "threads of each rank; auto is OMP_NUM_THREADS or, where that is not set, shares the "
            "cores of a host among its ranks. Changes no bit of any result",
            kData | kVerify, ""})),
        kReport),
    needing("data",
            without_effect(Option{"instruction-set", value, "NAME", "auto",
                                  "vector instructions of the kernels; auto is the widest that the "
                                  "CPU has. All that fuse "
                                  "a product and a sum (avx512, avx2, neon, ...) give the same "
                                  "bits, sse4 and plain others",
                                  kData | kVerify, ""}),
            kReport),
    of_reading(without_effect(Option{
        "stall-timeout", value, "TIME", "120s",
        "end the job with exit code 86 when a rank keeps the others waiting so long (90, 90s, "
        "1.5m), or three times the longest pass if that is more; 0: wait for ever",
        kAll | kSummarize | kConvert | kVerify, ""})),
    writes(Option{"json", value, "FILE", "", "write the run record there, as JSON",
                  kRecorded | kSummarize | kImport | kSynthesize | kVerify, ""}),
    appends(
        Option{"events", value, "FILE", "",
               "append what happens there as it happens, a line of JSON each (docs/telemetry.md)",
               kData, ""}),
    without_effect(Option{"note", value, "TEXT", "",
                          "a remark for people, kept in the model and in the run record", kFit,
                          ""}),
    without_effect(
        Option{"timings", flag, "", "",
               "print each rank's time of reading, computing and waiting, and where rank 0's went",
               kFit, ""}),
    without_effect(
        reads(Option{"config", value, "FILE", "",
                     "read options from a file of lines `name = value`; the command line wins",
                     kAll | kSummarize | kConvert | kVerify, ""})),
    without_effect(Option{"overwrite", flag, "", "",
                          "replace files that another program has written, too (docs/safety.md)",
                          kRecorded | kReport | kConvert | kSummarize | kVerify, ""}),
    without_effect(
        Option{"quiet", flag, "", "", "print nothing but errors", kData | kConvert | kVerify, ""}),
    without_effect(Option{"help", flag, "", "", "print this and exit",
                          kAll | kSummarize | kConvert | kVerify, ""}),
};

constexpr std::array kCommands = {
    CommandInfo{kTrain, "train", "DATA.h5 [MORE.h5 ...]",
                "Fit a logistic regression (softmax for more than two classes) to one data set in "
                "one file or more."},
    CommandInfo{kPath, "path", "DATA.h5 [MORE.h5 ...]",
                "Fit a sequence of models from the strongest useful penalty down."},
    CommandInfo{kCrossValidate, "cross-validate", "DATA.h5 [MORE.h5 ...]",
                "Find the penalty that predicts rows best that were not trained on, and fit with "
                "it."},
    CommandInfo{kPredict, "predict", "MODEL.h5 DATA.h5|TABLE.csv [MORE ...]",
                "Write the probabilities and the label of every row."},
    CommandInfo{
        kEvaluate, "evaluate", "MODEL.h5 DATA.h5|TABLE.csv [MORE ...]",
        "Compare a model with labelled rows: losses, AUC, calibration, confusion and more."},
    CommandInfo{kReport, "report", "MODEL.h5 [MORE.h5 ...]",
                "Write a page that shows a model, and with --data how it does on labelled rows."},
    CommandInfo{kInspect, "inspect", "FILE.h5",
                "Show what is in a model or path, or validate a data set and show what is in it."},
    CommandInfo{kSummarize, "summarize", "MODEL.h5",
                "Print the table of a model that was trained with inference: standard errors, z, "
                "p, intervals, odds ratios, fit."},
    CommandInfo{kVerify, "verify", "MODEL.h5 DATA.h5 [MORE.h5 ...]",
                "Check a model against its record and the data that it was trained on: the data's "
                "fingerprint, objective, gap; with --retrain the bits."},
    CommandInfo{
        kImport, "import", "csv|libsvm|npy|coefficients FILE [MORE ...]",
        "Write what other programs' files hold as a data set, a table of coefficients as a model."},
    CommandInfo{kSynthesize, "synthesize", "--rows N --features N --output FILE",
                "Make a data set of a given shape from known coefficients."},
    CommandInfo{kExport, "export", "MODEL.h5",
                "Write a model in a form that other programs read (--format)."},
};

bool has_word(std::string_view words, std::string_view word) {
  const std::string list = " " + std::string(words) + " ";
  return list.find(" " + std::string(word) + " ") != std::string::npos;
}

}  // namespace

std::span<const Option> all_options() {
  return kOptions;
}

std::span<const CommandInfo> all_commands() {
  return kCommands;
}

const Option& find_option(Command command, std::string_view name) {
  const auto* found = std::find_if(kOptions.begin(), kOptions.end(), [&](const Option& option) {
    return option.name == name && (option.commands & command) != 0;
  });
  if (found == kOptions.end()) {
    throw core::internal_failure("no option is called " + std::string(name));
  }
  return *found;
}

bool applies_to_solver(const Option& option, std::string_view solver) {
  return option.solvers.empty() || has_word(option.solvers, solver);
}

bool applies_to_form(const Option& option, std::string_view form) {
  return option.forms.empty() || has_word(option.forms, form);
}

}  // namespace mpilogit::cli
