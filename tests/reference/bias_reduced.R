# CR2 (Bell and McCaffrey) standard errors and Satterthwaite degrees of freedom by clubSandwich,
# on data/bias_reduced.csv. Run in this folder: Rscript bias_reduced.R > bias_reduced.csv
#
# For counts the criterion of CR2 leaves the root of the adjustment open. pkstats takes the
# symmetric root in rows scaled by the root of the mean: clubSandwich on the last weighted least
# squares step, written as a linear model in those rows ("scaled"). clubSandwich's method for glm
# takes the root on the scale of the response ("response"): close, not equal.
suppressMessages({library(clubSandwich); library(plm)})

data <- read.csv("data/bias_reduced.csv")
for (column in c("mission", "host", "year", "month")) data[[column]] <- factor(data[[column]])
terms <- c("robustness", "control")

report <- function(case, model, cluster) {
  test <- as.data.frame(coef_test(model, vcov = vcovCR(model, cluster = cluster, type = "CR2"),
                                  test = "Satterthwaite", coefs = terms))
  degrees <- if ("df_Satt" %in% names(test)) test$df_Satt else test$df
  p <- if ("p_Satt" %in% names(test)) test$p_Satt else test$p_val
  data.frame(case = sub(",", ":", case), term = terms, estimate = test$beta, std_error = test$SE,
             df = degrees, p_value = p)
}

linear <- function(right) lm(as.formula(paste("deaths ~ robustness + control", right)), data)
counts <- function(right) {
  glm(as.formula(paste("deaths ~ robustness + control", right)), data, family = poisson,
      offset = log(personnel), control = glm.control(epsilon = 1e-14, maxit = 100))
}

scale_rows <- function(model) {
  root <- sqrt(fitted(model))
  design <- root * model.matrix(model)
  rows <- data.frame(step = root * (predict(model) - log(data$personnel)) +
                       (data$deaths - fitted(model)) / root)
  lm(rows$step ~ 0 + ., data = as.data.frame(design))
}

# Changes between adjacent months of a mission.
period <- as.integer(substr(data$month, 1, 4)) * 12 + as.integer(substr(data$month, 6, 7))
following <- which(c(FALSE, diff(period) == 1 & diff(as.integer(data$mission)) == 0))
changes <- data.frame(host = data$host[following])
for (column in c("deaths", terms))
  changes[[column]] <- data[[column]][following] - data[[column]][following - 1]
differenced <- lm(deaths ~ 0 + robustness + control, changes)

# A lone unit and month without other rows would be dropped by pkstats as singletons.
counted <- table(data$month)
twice <- data[data$month %in% names(counted)[counted > 1], ]
twice$month <- droplevels(twice$month)
crossed <- lm(deaths ~ robustness + control + mission + month, twice)

within <- plm(deaths ~ robustness + control, data, index = c("mission", "month"),
              effect = "individual", model = "within")

by_mission_year <- counts("+ mission + year")
by_year <- counts("+ year")

result <- rbind(
  report("linear pooled by host", linear(""), data$host),
  report("linear mission year by host", linear("+ mission + year"), data$host),
  report("linear mission year by mission", linear("+ mission + year"), data$mission),
  report("linear year by host", linear("+ year"), data$host),
  report("linear mission month by host", crossed, twice$host),
  report("linear mission by mission (plm)", within, "individual"),
  report("linear first difference by host", differenced, changes$host),
  report("poisson mission year by host, scaled", scale_rows(by_mission_year), data$host),
  report("poisson mission year by mission, scaled", scale_rows(by_mission_year), data$mission),
  report("poisson year by host, scaled", scale_rows(by_year), data$host),
  report("poisson mission year by host, response", by_mission_year, data$host),
  report("poisson mission year by mission, response", by_mission_year, data$mission),
  report("poisson year by host, response", by_year, data$host)
)
for (column in c("estimate", "std_error", "df", "p_value"))
  result[[column]] <- sprintf("%.15g", result[[column]])
write.csv(result, row.names = FALSE, quote = FALSE)
versions <- sapply(c("clubSandwich", "plm"), function(p) as.character(packageVersion(p)))
message(paste0(R.version.string, "; ", paste(names(versions), versions, collapse = "; ")))
