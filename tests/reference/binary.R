# Logit with indicator columns; the sandwich clustered by host.
suppressMessages(library(sandwich))
source("record.R")
terms <- c("robustness", "control")
tight <- glm.control(epsilon = 1e-14, maxit = 200)

for (case in c("balanced", "unbalanced", "separated")) {
  data <- read_case(case)
  for (effects in list(character(0), "year", c("mission", "year"))) {
    used <- drop_uninformative(data, "attacked", effects, binary = TRUE)
    right <- reformulate(c(terms, effects), "attacked")
    model <- glm(right, binomial, used, control = tight)
    covariance <- vcovCL(model, used$host, type = "HC0", cadjust = FALSE)
    label <- paste(paste(c("logit", effects), collapse = ", "), case, sep = " | ")
    record_model(label, coef(model), covariance, terms)
    record(label, "log likelihood", "", as.numeric(logLik(model)))
    record(label, "rows", "", nrow(used))
  }
}
write_rows("sandwich")
