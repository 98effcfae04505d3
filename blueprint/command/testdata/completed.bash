# Prints what bash offers for a typed line: completed.bash BINARY WORD...
# The functions that the package bash-completion brings are stood in for, so that the test
# needs only bash; the one for files tells which files it is asked for.
binary=$1
shift
blueprint() { "$binary" "$@"; }
_init_completion() {
  words=("${COMP_WORDS[@]}")
  cword=$COMP_CWORD
  cur=${words[cword]}
  prev=${words[cword - 1]}
}
_filedir() { COMPREPLY=("files: $*"); }
source <(blueprint completion bash)

COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
COMP_LINE="$*"
COMP_POINT=${#COMP_LINE}
COMP_TYPE=9
[[ $(complete -p blueprint) == *"-F __start_blueprint"* ]] || exit 1
__start_blueprint 2>/dev/null
for each in "${COMPREPLY[@]}"; do
  case $each in
  "files:"*) echo "$each" ;;
  *) echo "${each%% *}" ;; # without the description
  esac
done | sort | paste -sd ' '
