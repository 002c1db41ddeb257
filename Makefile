# 月付客服. `make help` lists the commands. What they do is in scripts/ (set up, run, test) and demo/ (the demo's control).

SHELL := /bin/sh
.SHELLFLAGS := -eu -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
.SILENT:
.PHONY: help demo cluster test setup check audit train shell browser requirements clean \
  token gateway clock ledger ticket export erase nlu-report test-long simulate coverage mutants bench screenshots \
  channels-check soak backup restore

# Values given by the person travel as environment variables and are never pasted into a shell line: they may hold
# quotes, spaces, `$` and Chinese. $(value …) keeps make itself from expanding them.
ARGUMENTS := CUSTOMER ACR MODE ADVANCE LIST ID TAKE REPLY CLOSE FILE OUT FROM ONLY URL
unexport $(ARGUMENTS)
$(foreach name,$(ARGUMENTS),$(eval export YUEFU_ARG_$(name) = $$(value $(name))))
export PORT RESET SEED STEPS DB SIZE SOAK

RUN := exec sh scripts/py.sh -m
CONTROL := test -x .venv-service/bin/python || { \
  echo "No demo is running here: start one with \`make demo\` in another terminal." >&2; exit 1; }; \
  exec .venv-service/bin/python -m demo.control

# Everything on SQLite, and on PostgreSQL what goes another way there.
COVERAGE := .venv-service/bin/coverage
COVERED_BY := not [postgresql or test_journals or test_concurrency or test_migrations.py or test_facts or \
  test_out_of_turn or test_terms_over_time or test_personal or test_a_read_only_ledger or test_close_month_bills_everyone_once

help:
	sed -n 's/^## //p' Makefile

## make demo [PORT=5005] [RESET=1]     set up, seed, start everything and print the page's address; Ctrl-C stops all
demo:
	$(RUN) scripts.demo

## make cluster [PORT=5005]            the production profile on this machine: proxy, two bots, two services; Ctrl-C stops all
cluster:
	$(RUN) scripts.cluster

## make test [ONLY=bot|service|web]    set up everything and run every test; the last line has the totals
test:
	$(RUN) scripts.run_tests $${YUEFU_ARG_ONLY:+"--only=$$YUEFU_ARG_ONLY"}

## make test-long                      the tests that take longer than `make test` may
test-long:
	$(RUN) scripts.run_tests --long

## make coverage                       which branches of ledger/ its tests reach; below 100 % it fails and lists the rest
coverage:
	sh scripts/py.sh -m scripts.setup --dev service
	rm -rf .run/coverage && mkdir -p .run/coverage
	$(COVERAGE) run -m pytest -q tests/ledger -k "$(COVERED_BY)"
	$(COVERAGE) combine --quiet
	exec $(COVERAGE) report

## make mutants [ONLY=schedule|allocation|quotes|settlement]   how many small changes to the ledger its tests notice
mutants:
	$(RUN) scripts.mutants $${YUEFU_ARG_ONLY:+"--only=$$YUEFU_ARG_ONLY"}

## make setup                          both environments, the widget and the model
setup:
	$(RUN) scripts.setup

## make check                          lint, format, types, requirements
check:
	$(RUN) scripts.check

## make audit                          known holes in the pinned packages, by the public database of them
audit:
	sh scripts/py.sh -m scripts.setup service
	exec .venv-service/bin/python -m scripts.audit

## make train                          the model, if anything it is made from has changed
train:
	$(RUN) scripts.setup bot model

## make shell                          talk to the assistant in the terminal, as a visitor who is not logged in
shell:
	$(RUN) scripts.shell

## make token CUSTOMER=c-owing [ACR=payment]                                    a login of a demo customer, or CUSTOMER=anon
token:
	$(CONTROL) token $${YUEFU_ARG_CUSTOMER:+"--customer=$$YUEFU_ARG_CUSTOMER"} $${YUEFU_ARG_ACR:+"--acr=$$YUEFU_ARG_ACR"}

## make gateway MODE=succeed|decline|timeout|late|chargeback [CUSTOMER=c-owing]   switch the demo's payment gateway
gateway:
	$(CONTROL) gateway $${YUEFU_ARG_MODE:+"--mode=$$YUEFU_ARG_MODE"} $${YUEFU_ARG_CUSTOMER:+"--customer=$$YUEFU_ARG_CUSTOMER"}

## make clock ADVANCE=16min|12h|1d|1m                                           move the demo's clock; 1m is a month
clock:
	$(CONTROL) clock $${YUEFU_ARG_ADVANCE:+"--advance=$$YUEFU_ARG_ADVANCE"}

## make ledger CUSTOMER=c-owing                                                 what the ledger holds, as JSON
ledger:
	$(CONTROL) ledger $${YUEFU_ARG_CUSTOMER:+"--customer=$$YUEFU_ARG_CUSTOMER"}

## make ticket LIST=1 | ID=n TAKE=1 | ID=n REPLY='…' | ID=n CLOSE=1             what a member of staff does
ticket:
	$(CONTROL) ticket $${YUEFU_ARG_LIST:+--list} $${YUEFU_ARG_ID:+"--id=$$YUEFU_ARG_ID"} $${YUEFU_ARG_TAKE:+--take} \
	  $${YUEFU_ARG_REPLY:+"--reply=$$YUEFU_ARG_REPLY"} $${YUEFU_ARG_CLOSE:+--close}

## make export CUSTOMER=c-owing | erase CUSTOMER=c-owing                        what is held of a customer, as JSON | forget it, but for the books
erase export: # in this order: a line that begins with export is not a target
	$(RUN) scripts.personal $@ $${YUEFU_ARG_CUSTOMER:+"--customer=$$YUEFU_ARG_CUSTOMER"}

## make backup OUT=folder | restore FROM=folder                                 both databases while they are used | into new ones, and audit
backup:
	$(RUN) scripts.backups backup $${YUEFU_ARG_OUT:+"--folder=$$YUEFU_ARG_OUT"}

restore:
	$(RUN) scripts.backups restore $${YUEFU_ARG_FROM:+"--folder=$$YUEFU_ARG_FROM"}

## make nlu-report FILE=questions.tsv OUT=predictions.tsv                       what the model understands, row by row and as a picture
nlu-report:
	test -n "$$YUEFU_ARG_FILE" -a -n "$$YUEFU_ARG_OUT" || { \
	  echo "Say which questions and where to: make nlu-report FILE=questions.tsv OUT=predictions.tsv" >&2; exit 1; }
	sh scripts/py.sh -m scripts.setup bot model
	RASA_TELEMETRY_ENABLED=false TF_CPP_MIN_LOG_LEVEL=2 exec .venv-bot/bin/python -m nlu.report "$$YUEFU_ARG_FILE" "$$YUEFU_ARG_OUT"

## make simulate [SEED=1] [STEPS=100000] [DB=postgresql]                         the ledger's simulated world, JSON last
simulate:
	sh scripts/py.sh -m scripts.setup --dev service
	exec .venv-service/bin/python -m simulation "--seed=$${SEED:-1}" "--steps=$${STEPS:-100000}" "--db=$${DB:-sqlite}"

## make bench [ONLY=ledger|bot|nlu|web|cluster|growth] [SIZE=full]                     how fast it is, as ratios, JSON last
bench:
	case "$${YUEFU_ARG_ONLY:-}" in "") more="bot web rival model browser";; nlu) more=bot;; bot|cluster|growth) more="bot model";; web) more="web rival browser";; *) more=;; esac; \
	  sh scripts/py.sh -m scripts.setup --dev service $$more
	exec .venv-service/bin/python -m bench "--only=$${YUEFU_ARG_ONLY:-}" "--size=$${SIZE:-short}"

## make soak [SOAK=short] [SEED=1] [ONLY=disk_full]   the production profile under load while one thing after another fails, JSON last
soak:
	sh scripts/py.sh -m scripts.setup --dev bot service model
	exec .venv-service/bin/python -m soak "--size=$${SOAK:-full}" "--seed=$${SEED:-1}" "--only=$${YUEFU_ARG_ONLY:-}"

## make screenshots                    docs/*.png, from the running demo page
screenshots:
	sh scripts/py.sh -m scripts.setup --dev bot service web model browser
	exec .venv-service/bin/python -m tests.browser.screenshots

## make channels-check [URL=http://127.0.0.1:5005]   whether the messaging channels of credentials.yml are set up right
channels-check:
	sh scripts/py.sh -m scripts.setup bot
	RASA_TELEMETRY_ENABLED=false TF_CPP_MIN_LOG_LEVEL=2 exec .venv-bot/bin/python -m channels.check $${YUEFU_ARG_URL:+"--url=$$YUEFU_ARG_URL"}

## make browser | requirements | clean   Chromium for tests and bench | compile requirements/*.in | remove what make made
browser:
	$(RUN) scripts.setup browser

requirements:
	sh scripts/py.sh -m scripts.setup service
	$(RUN) scripts.requirements

clean:
	test ! -e .run/demo.json || { echo "A demo is running here: stop it first." >&2; exit 1; }
	rm -rf .venv-bot .venv-service .venv-mutants .venv-tools .stamps .run .rasa models web/node_modules bench/web/node_modules web/dist web/dist-test
