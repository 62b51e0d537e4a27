# Mixed models: lme4 (linear by REML; Poisson by Laplace) and glmmTMB (Poisson by Laplace), with
# random intercepts of the mission, and with a random slope of the treatment.
suppressMessages({library(lme4); library(glmmTMB)})
source("record.R")
terms <- c("robustness", "control")

for (case in c("balanced", "unbalanced")) {
  data <- read_case(case)
  for (varying in c("1", "1 + robustness")) {
    right <- as.formula(paste0("violence ~ robustness + control + year + (", varying,
                               " | mission)"))
    model <- lmer(right, data, REML = TRUE, control = lmerControl(
      optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10, maxfun = 1e5)))
    label <- paste(if (varying == "1") "linear, intercept" else "linear, slope", case, sep = " | ")
    record_model(label, fixef(model), as.matrix(vcov(model)), terms)
    record(label, "log likelihood", "", as.numeric(logLik(model)))
    record(label, "standard deviation, unit", "", attr(VarCorr(model)$mission, "stddev")[1])
    record(label, "standard deviation, row", "", sigma(model))
  }
}
for (case in c("unbalanced", "exposure")) {
  data <- drop_uninformative(read_case(case), "clashes", "year")
  for (varying in c("1", "1 + robustness")) {
    right <- as.formula(paste0("clashes ~ robustness + control + year + offset(log(personnel)) + (",
                               varying, " | mission)"))
    kind <- if (varying == "1") "poisson, intercept" else "poisson, slope"
    by_lme4 <- glmer(right, data, poisson, nAGQ = 1, control = glmerControl(
      optimizer = "bobyqa", tolPwrss = 1e-12, optCtrl = list(rhoend = 1e-10, maxfun = 1e5)))
    by_tmb <- glmmTMB(right, data, poisson, control = glmmTMBControl(
      optCtrl = list(rel.tol = 1e-13, iter.max = 1000, eval.max = 1000)))
    fits <- list("lme4" = list(fixef(by_lme4), as.matrix(vcov(by_lme4)), logLik(by_lme4),
                               attr(VarCorr(by_lme4)$mission, "stddev")),
                 "glmmTMB" = list(fixef(by_tmb)$cond, vcov(by_tmb)$cond, logLik(by_tmb),
                                  attr(VarCorr(by_tmb)$cond$mission, "stddev")))
    for (library in names(fits)) {
      label <- paste(paste(kind, library, sep = ", "), case, sep = " | ")
      found <- fits[[library]]
      record_model(label, found[[1]], found[[2]], terms)
      record(label, "log likelihood", "", as.numeric(found[[3]]))
      record(label, "standard deviation, unit", "", unname(found[[4]][1]))
    }
  }
}
write_rows(c("lme4", "glmmTMB"))
