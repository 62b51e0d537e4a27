# Durations: Cox with robust variance clustered by host, and discrete-time hazards by glm on the
# months at risk with a cubic in time since entry.
suppressMessages({library(survival); library(sandwich)})
source("record.R")
terms <- c("mandate", "pressure")
data <- read_case("spells")
tight <- coxph.control(eps = 1e-14, toler.chol = 1e-15, iter.max = 100)

for (ties in c("efron", "breslow")) {
  model <- coxph(Surv(month - 1, month, event) ~ mandate + pressure, data, ties = ties,
                 cluster = host, control = tight)
  covariance <- vcov(model)
  record_model(paste("cox", ties, sep = ", "), coef(model), covariance, terms)
  record(paste("cox", ties, sep = ", "), "log likelihood", "", model$loglik[2])
}
for (link in c("logit", "cloglog")) {
  model <- glm(event ~ mandate + pressure + month + I(month^2) + I(month^3), binomial(link), data,
               control = glm.control(epsilon = 1e-14, maxit = 200))
  label <- paste("discrete time", link, sep = ", ")
  # The bread of sandwich() is the expected information, also where it differs from the observed.
  covariance <- vcovCL(model, data$host, type = "HC0", cadjust = FALSE)
  record_model(label, coef(model), covariance, terms)
  record(label, "log likelihood", "", as.numeric(logLik(model)))
}
write_rows(c("survival", "sandwich"))
