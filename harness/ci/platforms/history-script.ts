/** What differs between the CI systems that keep a history on a branch of the repository. */
interface HistoryScript {
  /** Words that start modstorm. */
  modstorm: string;
  /** Options of the comparison with the baseline: how this CI system shows it. */
  compareOptions?: string;
  /** The variable of the shell with the number of this night. */
  night: string;
}

/**
 * Lines of a shell that add the run of a night to the history in `history/`, a working tree of its branch, and commit it.
 * They expect the run in `results/`.
 */
export function historyScript({ modstorm, compareOptions = '', night }: HistoryScript): string {
  return `\
# The journal is all that a history needs; the evidence is in the artifact.
mkdir -p history/runs
cp -r results/*Z-* history/runs/
rm -rf history/runs/*/trials
# What is computed from the journals is not kept.
echo .index > history/runs/.gitignore
places="--results history/runs --baselines history/baselines"
# The first night is the baseline, until you save another one under its name.
if [ -e history/baselines/nightly.json ]; then
  ${modstorm} compare nightly latest $places${compareOptions} || true
else
  ${modstorm} baseline save nightly latest $places || true
fi
${modstorm} prune --keep 400d $places
# 1 is a change that an A/B run has confirmed: told in the page, not by this step.
${modstorm} history history/runs --format html > history/index.html || [ "$?" -eq 1 ]
git -C history add --all
# A job that is run again has nothing new.
git -C history diff --cached --quiet || git -C history -c user.name=modstorm -c user.email=modstorm@localhost commit --quiet --message "night ${night}"
`;
}
