"""``maskwright info``: what a project holds."""

from __future__ import annotations

from engine.cli.console import JsonOption, ProjectArg, known_errors, opened, print_json, print_table


@known_errors
def info(project: ProjectArg, as_json: JsonOption = False) -> None:
    """Show what a project holds: images, instances, labels.

    [bold]Example[/bold]

      maskwright info street.maskwright --json
    """
    with opened(project) as workspace:
        with workspace.read() as reader:
            record = reader.project()
            stats = reader.stats()
            roots = {str(path): reader.images.root_names()[key] for key, path in reader.images.roots().items()}
        place = workspace.place
    if as_json:
        print_json(
            {
                "project": place,
                "name": record.name,
                "uuid": record.uuid,
                "created_at": record.created_at,
                "folders": sorted(roots),
                "images": stats.images,
                "images_by_state": dict(stats.images_by_state),
                "instances_by_state": dict(stats.instances_by_state),
                "instances_by_stage": dict(stats.instances_by_stage),
                "instances_by_label": dict(stats.instances_by_label),
            }
        )
        return
    rows = [("images", "all", str(stats.images))]
    rows += [("images", state, str(number)) for state, number in stats.images_by_state.items()]
    rows += [("instances", state, str(number)) for state, number in stats.instances_by_state.items()]
    rows += [("made", stage, str(number)) for stage, number in stats.instances_by_stage.items()]
    rows += [("label", label, str(number)) for label, number in stats.instances_by_label.items()]
    print_table(f"{record.name} ({place})", ("", "", "number"), rows)
    print_table("", ("image folders",), [(folder,) for folder in sorted(roots)])
