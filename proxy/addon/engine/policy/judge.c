#include "find-lists.h"
#include "table.h"

struct policy_verdict policy_judge(const struct policy *policy, const struct policy_question *question)
{
	struct policy_verdict verdict = { .rule = POLICY_DEFAULT };
	uint32_t count = word(policy, FIELD_RULE_COUNT), lists = 0;
	int searched = 0;

	for (uint32_t i = 0; i < count; i++) {
		size_t at = word(policy, FIELD_RULES) + (size_t)i * SIZE_RULE;
		uint32_t groups = word(policy, at), schedules = word(policy, at + 4);
		uint32_t named = word(policy, at + 8), methods = word(policy, at + 12);

		if ((groups && !(groups & question->groups)) || (schedules && !(schedules & question->schedules)) ||
		    (methods && !(methods & question->method)))
			continue;
		if (named && !searched) {
			lists = find_lists(policy, question);
			searched = 1;
		}
		if (named && !(named & lists))
			continue;
		verdict.rule = (int)i;
		verdict.blocks = word(policy, at + 16) != 0;
		return verdict;
	}
	verdict.blocks = word(policy, FIELD_BLOCKS_BY_DEFAULT) != 0;
	return verdict;
}
