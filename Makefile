# OneDoor 一扇门. Two commands do everything: `make run` and `make test`. `make help` lists the rest.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

# The first Python 3.11 found; spaCy, numpy and Rasa's pins fit no other version (docs/adr/0001).
PYTHON ?= $(or $(shell for p in python3.11 python3; do \
  $$p -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null && echo $$p && break; done),python3)
PORT ?= 5005
HOST ?= 127.0.0.1
VENV := .venv
BIN := $(VENV)/bin
UV := .tools/uv/bin/uv
UV_VERSION := 0.13.9
INSTALLED := $(VENV)/.installed
DEV := $(VENV)/.installed-dev
export PIP_DISABLE_PIP_VERSION_CHECK := 1
ifdef CI
export UV_NO_PROGRESS := 1
endif

.PHONY: help run test install train check format lint lock screenshots clean
.PHONY: benchmark-nlu benchmark-growth benchmark-turn benchmark-conversation

help: ## 列出所有命令 / list all targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

run: $(INSTALLED) ## 安装缺的、需要时训练、启动机器人和网页(端口 PORT=5005) / install, train if stale, serve
	@$(BIN)/onedoor run --host $(HOST) --port $(PORT)

test: $(DEV) ## 安装并跑全部检查和测试 / install and run all checks and tests
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy
	@$(BIN)/onedoor check
	@$(BIN)/onedoor train
	@$(BIN)/python -m pytest $(ARGS)

install: $(INSTALLED) ## 只安装 / install only

train: $(INSTALLED) ## 有改动时训练模型 / train the model if anything changed
	@$(BIN)/onedoor train

check: $(INSTALLED) ## 检查全部资料和训练问法 / validate knowledge and training questions
	@$(BIN)/onedoor check --stats

format: $(DEV) ## 整理代码格式 / format the code
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

lint: $(DEV) ## ruff 和 mypy / ruff and mypy only
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

lock: $(UV) ## 重新锁定依赖(改过 requirements/*.in 之后) / lock the dependencies again
	@for name in run dev; do \
	  $(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	    --override requirements/overrides.txt requirements/$$name.in -o requirements/$$name.txt; done
	@$(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --override requirements/overrides-benchmark.txt requirements/benchmark.in -o requirements/benchmark.txt

screenshots: $(DEV) ## 重新拍 docs/images 里的网页截图 / retake the pictures in docs/images
	@$(BIN)/python -m tests.browser.screenshots

benchmark-nlu: $(UV) ## 理解的准确率和速度,与基线同场比较(另装 TensorFlow,约 1 小时) / accuracy and speed against baselines
	@test -d .venv-benchmark || $(UV) venv -q --python $$(command -v $(PYTHON)) .venv-benchmark
	@$(UV) pip sync -q -p .venv-benchmark --require-hashes requirements/benchmark.txt
	@.venv-benchmark/bin/python -m benchmarks.nlu

benchmark-growth: $(DEV) ## 事项变多时的耗时 / cost at 312, 1,000 and 3,000 matters
	@$(BIN)/python -m benchmarks.growth

benchmark-turn: $(DEV) ## 一轮对话的耗时 / cost of a turn
	@$(BIN)/python -m benchmarks.turn

benchmark-conversation: $(DEV) ## 整段对话的成绩、轮数、指错窗口的比例 / score of whole conversations
	@$(BIN)/python -m benchmarks.conversation

clean: ## 删掉安装、模型和缓存(不删对话) / remove environment, models and caches
	@rm -rf $(VENV) .venv-benchmark .tools models .cache .rasa

$(UV):
	@command -v $(PYTHON) >/dev/null || { echo "找不到 $(PYTHON)。请先安装 Python 3.11:apt-get install python3 python3-venv / Python 3.11 is missing"; exit 3; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || { echo "需要 Python 3.11,现在的 $(PYTHON) 是 $$($(PYTHON) -V)。可以用 make PYTHON=python3.11 … / Python 3.11 is needed"; exit 3; }
	@free=$$(df -Pm . | awk 'NR==2 {print $$4}'); if [ "$$free" -lt 3000 ]; then echo "磁盘只剩 $$free MB,安装要 3000 MB / not enough disk space"; exit 3; fi
	@echo "准备安装工具 uv $(UV_VERSION)……"
	@rm -rf .tools/uv && mkdir -p .tools
	@# Debian's bare python3 has neither pip nor ensurepip: then its own package is fetched, if we may.
	@if ! $(PYTHON) -c 'import ensurepip' 2>/dev/null && ! $(PYTHON) -m pip --version >/dev/null 2>&1; then \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "安装 python3-venv(Debian 的 python3 不带它)……"; \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv >/dev/null; \
	  else echo "这个 Python 没有 venv 也没有 pip。请管理员先运行 apt-get install python3-venv / install python3-venv first"; exit 3; fi; fi
	@if $(PYTHON) -c 'import ensurepip' 2>/dev/null; then \
	  $(PYTHON) -m venv .tools/uv && .tools/uv/bin/python -m pip install -q uv==$(UV_VERSION); \
	else $(PYTHON) -m pip install -q --target .tools/uv uv==$(UV_VERSION); fi
	@test -x $(UV) || { echo "uv 没有装好,看上面的输出 / uv was not installed"; exit 3; }

$(VENV)/pyvenv.cfg: | $(UV)
	@$(UV) venv -q --python $$(command -v $(PYTHON)) $(VENV)

$(INSTALLED): requirements/run.txt pyproject.toml Makefile | $(VENV)/pyvenv.cfg
	@echo "安装依赖(第一次约 1 GB,要几分钟)……"
	@if [ -f $(DEV) ]; then list=dev; else list=run; fi; $(UV) pip sync -q -p $(VENV) --require-hashes --compile-bytecode requirements/$$list.txt
	@$(MAKE) -s link
	@touch $@

$(DEV): requirements/dev.txt pyproject.toml Makefile | $(VENV)/pyvenv.cfg
	@echo "安装依赖和测试工具(第一次约 1 GB,要几分钟)……"
	@$(UV) pip sync -q -p $(VENV) --require-hashes --compile-bytecode requirements/dev.txt
	@$(MAKE) -s link
	@touch $@ $(INSTALLED)

.PHONY: link
link:
	@$(UV) pip install -q -p $(VENV) --no-deps --no-build-isolation --offline -e .
	@$(BIN)/python bot/ops/lean.py >/dev/null
