"""The functions, and what calls them."""

from collections.abc import Iterator
from typing import Any

from ops import deployed, social, tuning
from ops.checks.finding import Finding, Level, Patient, bad, fine, judged
from ops.configure import Outputs, environment, policies
from ops.deploy import api_stage_of
from ops.project import SMS_REPORTS, SOCIAL, function_name


def functions(patient: Patient) -> Iterator[Finding]:
    """Whether each function is there, runs one and the same package, and knows its stage."""
    outputs = Outputs.of(patient.here.outputs)
    wanted = environment(patient.target.stage, outputs)
    packages = set()
    for name in outputs.functions:
        found = deployed.function(patient.target, name)
        if found is None:
            yield bad(name, "is not deployed: run `ops deploy`")
            continue
        packages.add(found["CodeSha256"])
        known = found.get("Environment", {}).get("Variables", {})
        wrong = [variable for variable, value in wanted.items() if known.get(variable) != value]
        state = [f"it is {found['State']}"] if found.get("State", "Active") not in {"Active", "Inactive"} else []
        yield judged(name, state + [f"{variable} is not what it should be" for variable in wrong], found["Runtime"])
    if len(packages) > 1:
        yield bad("package", "the functions run different ones: a deployment was cut short; run `ops deploy`")


def rights(patient: Patient) -> Iterator[Finding]:
    """Whether each function has the policy that this folder gives it, and nothing else."""
    iam = patient.target.client("iam")
    for name, wanted in policies(patient.target.stage, Outputs.of(patient.here.outputs)).items():
        found = deployed.function(patient.target, name)
        if found is None:
            continue
        role = found["Role"].rpartition("/")[2]
        own = iam.list_role_policies(RoleName=role)["PolicyNames"]
        more = [one["PolicyName"] for one in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]]
        faults = [f"{one} was added" for one in more + [one for one in own if one != role]]
        if deployed.policy(patient.target, role) != wanted:
            faults.append("its policy is not the one in .chalice/policies: run `ops deploy`")
        yield judged(f"rights of {name}", faults)


def subscriptions(patient: Patient) -> Iterator[Finding]:
    """Whether stream and queues call their functions, each once."""
    pages = patient.target.client("lambda").get_paginator("list_event_source_mappings").paginate()
    mappings = [one for page in pages for one in page["EventSourceMappings"]]
    for name, source in (("dispatch", "StreamArn"), ("deliver", "QueueArn"), ("media", "MediaQueueArn")):
        function = function_name(patient.target.stage, name)
        found = [one for one in mappings if one["FunctionArn"].endswith(f":{function}")]
        right = [one for one in found if one["EventSourceArn"] == patient.here.outputs[source]]
        if len(found) != 1 or len(right) != 1:
            yield bad(f"what calls {name}", f"{len(found)} subscriptions, {len(right)} of them right: run `ops deploy`")
        else:
            yield from _subscription(name, right[0])


def _subscription(name: str, mapping: dict[str, Any]) -> Iterator[Finding]:
    what = f"what calls {name}"
    if mapping["State"] not in {"Enabled", "Enabling", "Updating"}:
        yield bad(what, f"it is {mapping['State']}: was a restore cut short? run `ops deploy`, then look again")
    elif name == "dispatch" and tuning.filters(mapping) != [tuning.STREAM_PATTERN]:
        yield Finding(Level.WARNING, what, "no filter: dispatch is called for every write; run `ops deploy`")
    else:
        yield fine(what)


def topics(patient: Patient) -> Iterator[Finding]:
    """Whether the topics that this stage has call their functions, each once."""
    outputs = Outputs.of(patient.here.outputs)
    arns = {one["TopicArn"].rpartition(":")[2]: one["TopicArn"] for one in _topics(patient)}
    for name, topic in ((SMS_REPORTS, outputs.sms.get("KABAR_SMS_TOPIC", "")), (SOCIAL, outputs.social_topic)):
        if not topic:
            continue
        function = deployed.function(patient.target, name)
        arn = arns.get(topic)
        if arn is None:
            yield bad(f"what calls {name}", f"there is no topic {topic}: see the stack")
        elif function is not None:  # else another check says so
            faults = _hearing(patient, arn, function["FunctionArn"]) + _held(patient, function["FunctionArn"])
            if name == SOCIAL:
                faults += social.faults(patient.target, patient.here.record, patient.here.outputs[f"{social.DEAD_LETTERS}Arn"])
            yield judged(f"what calls {name}", faults, topic)


def _topics(patient: Patient) -> Iterator[dict[str, str]]:
    for page in patient.target.client("sns").get_paginator("list_topics").paginate():
        yield from page["Topics"]


def _hearing(patient: Patient, topic: str, function: str) -> list[str]:
    """What is wrong with who hears a topic; each event of it has to come to the function, and to nobody else."""
    heard = patient.target.client("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    ours = [one for one in heard if one["Endpoint"] == function]
    faults = [] if len(ours) == 1 else [f"{len(ours)} subscriptions to its topic: run `ops deploy`"]
    return faults + [f"{one['Protocol']} hears it too: see the SNS console" for one in heard if one["Endpoint"] != function]


def _held(patient: Patient, function: str) -> list[str]:
    held = patient.target.client("lambda").get_function_concurrency(FunctionName=function)
    stopped = held.get("ReservedConcurrentExecutions") == 0
    return ["Lambda may not start it: was a restore cut short? run it again"] if stopped else []


def schedule(patient: Patient) -> Iterator[Finding]:
    """Whether the sweep is called each minute."""
    event = patient.here.record.one("cloudwatch_event")
    if event is None:
        yield bad("what calls sweep", "nothing: run `ops deploy`")
        return
    rule = patient.target.client("events").describe_rule(Name=event["rule_name"])
    yield judged("what calls sweep", [] if rule["State"] == "ENABLED" else ["it is switched off"], rule["ScheduleExpression"])


def throttles(patient: Patient) -> Iterator[Finding]:
    """Whether the API is held to its limits."""
    api = patient.here.record.one("rest_api")
    if api is None:
        yield bad("API", "is not deployed: run `ops deploy`")
        return
    stage_name = api_stage_of(patient.target.stage)
    stage = patient.target.client("apigateway").get_stage(restApiId=api["rest_api_id"], stageName=stage_name)
    present = tuning.throttles(stage)
    if present.get("*/*") == tuning.THROTTLES["*/*"]:
        yield fine("API", f"{present['*/*'][0]:g} requests a second")
    else:
        yield Finding(Level.WARNING, "API", "other throttles than ours, or none: run `ops deploy`")
